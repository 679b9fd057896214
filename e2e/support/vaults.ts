import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseJsonLine } from './json-lines.ts';
import { type Finished, parley, type RunOptions } from './process.ts';
import type { World } from './world.ts';

/** One line that `parley export --json` wrote. */
export type ExportedLine = Readonly<Record<string, unknown>>;

export function vaultFile(world: World, user: string): string {
  return join(world.clientFolder(user), `${world.account(user).replaceAll(':', '_')}.vault`);
}

/** `parley COMMAND` of a user, with more arguments. */
export function runFor(
  world: World,
  user: string,
  [command = '', ...more]: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  return parley([command, world.account(user), '--data', world.clientFolder(user), ...more], options);
}

/** What `parley export --json` prints. */
export async function exported(world: World, user: string, ...more: readonly string[]): Promise<ExportedLine[]> {
  const { code, stdout, stderr } = await runFor(world, user, ['export', '--json', ...more]);
  assert.equal(code, 0, stderr);
  return stdout.split('\n').filter(Boolean).map(parseJsonLine);
}

/** The same, briefly: the text, or for what has none its kind. */
export async function exportedTexts(world: World, user: string): Promise<unknown[]> {
  return (await exported(world, user)).map(({ kind, text }) => text ?? kind);
}

/** Every byte in a user's folder. */
export function bytesOf(folder: string): Buffer {
  const files = globSync('**/*', { cwd: folder }).map((file) => join(folder, file));
  return Buffer.concat(files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file)));
}

/** The sealed rows of messages in a vault that nobody has open, by their sealed names. */
export function sealedMessages(file: string): Map<string, Buffer> {
  const database = new DatabaseSync(file);
  const rows = database.prepare('SELECT hex(name) AS name, box FROM row WHERE collection = 8').all();
  database.close();
  return new Map(rows.map(({ name, box }) => [String(name), Buffer.from(box as Uint8Array)]));
}

/** Changes a vault that nobody has open, as somebody with a database program could. */
export function alterVault(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
