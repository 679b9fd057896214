import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** All temporary files of this process and of those it starts are in one folder, so that nothing is left however it ends. */
export function workInFolderOfOwn(): void {
  folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  process.env.TMPDIR = folder;
}

/** Ends this process, and what it has started: whoever starts one ends it when this one exits. */
export function leave(code: number): never {
  // Added last, so that no process is left to write there.
  process.on('exit', () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  process.exit(code);
}

/** Ctrl+C and its like end it at once, wherever it is. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => leave(128 + constants.signals[signal]));
}
