import { spawnSync } from 'node:child_process';

/** How long Node takes to start and do nothing, milliseconds: the reference for what starts with it. */
export function nodeAloneMs(): number {
  const startMs = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - startMs;
}
