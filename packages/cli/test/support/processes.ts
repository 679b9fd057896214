import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

export const LAUNCHER = join(import.meta.dirname, '../../bin/parley.js');
export const PASSPHRASE = 'correct horse battery staple';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Which Node runs the launcher. */
  readonly node?: string;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A real `parley`, without what the environment here could change about it, and killed with the test. */
export function start(t: TestContext, args: readonly string[], { env = {}, node = process.execPath }: Options = {}): Child {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PARLEY_|XDG_|NODE_)/.test(name));
  const child = spawn(node, [LAUNCHER, ...args], { env: { ...Object.fromEntries(inherited), ...env }, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // it may end without having read
  t.after(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs `parley` to its end. */
export async function run(t: TestContext, args: readonly string[], options: Options = {}): Promise<Finished> {
  const child = start(t, args, options);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
}

/** The same with the passphrase in the environment. */
export function runWithPassphrase(t: TestContext, args: readonly string[], passphrase = PASSPHRASE): Promise<Finished> {
  return run(t, args, { env: { PARLEY_PASSPHRASE: passphrase } });
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-cli-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The next JSON lines of a process's output. */
export async function jsonLines(child: Child, count: number): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const reader = createInterface({ input: child.stdout });
  for await (const line of reader) {
    lines.push(JSON.parse(line));
    if (lines.length === count) break;
  }
  return lines;
}

export interface Server {
  readonly child: Child;
  readonly data: string;
  readonly port: number;
  readonly invite: string;
}

/** A server's first start. */
export async function startServer(t: TestContext, options: Options = {}): Promise<Server> {
  const data = join(await temporaryFolder(t), 'data');
  const child = start(t, ['serve', '--data', data, '--host', '127.0.0.1', '--port', '0', '--json'], options);
  const [listening, invite] = await jsonLines(child, 2);
  return { child, data, port: Number(listening?.port), invite: String(invite?.url) };
}

/** Its exit code after a signal. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  const [code] = await closed;
  return code;
}

/** The system's own Node where it is too old to run TypeScript; else why there is none to try. */
export function oldNode(): { node: string; skip: false } | { node: ''; skip: string } {
  const node = spawnSync('/bin/sh', ['-c', 'command -v -p node'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  if (node === '') return { node: '', skip: 'needs a Node of the system, and there is none' };
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  if (Number.parseInt(version.slice(1), 10) >= 24) return { node: '', skip: `needs an old Node; the system has ${version}` };
  return { node, skip: false };
}
