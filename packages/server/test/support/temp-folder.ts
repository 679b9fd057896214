import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A fresh folder that goes after the test. (That of a server goes with it: support/server.ts.) */
export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-server-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
