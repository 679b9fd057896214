import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Written to fill a disk: much at a time, then the last bytes. */
const CHUNKS = [1_048_576, 65_536, 4_096, 512, 1];

/** A file system of its own at a folder, small and in memory, that can be filled and freed. Mounting it takes root. */
export class SmallDisk implements Disposable {
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** Makes the folder if it is not there. @throws where it cannot be mounted */
  static mount(folder: string, bytes: number): SmallDisk {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const failed = run('mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'parley-test', folder);
    if (failed !== undefined) throw new Error(`no file system can be mounted: ${failed}`);
    return new SmallDisk(folder);
  }

  /** Takes what space is left, up to so many bytes. */
  fill({ leaving = 0 }: { leaving?: number } = {}): void {
    const spare = `${this.#ballast}-spare`;
    if (leaving > 0) write(spare, leaving);
    write(this.#ballast, Number.POSITIVE_INFINITY);
    rmSync(spare, { force: true });
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  [Symbol.dispose](): void {
    // A process that was just killed may hold a file for a moment: it goes with the last of them.
    run('umount', '--lazy', this.folder);
  }
}

/** For the `skip` option of a test: false, or why no file system can be mounted here. */
export function unlessMountable(): string | false {
  if (process.platform !== 'linux') return 'needs Linux, to mount a small file system';
  if (process.getuid?.() !== 0) return 'needs root, to mount a small file system';
  const folder = mkdtempSync(join(tmpdir(), 'parley-mount-'));
  try {
    SmallDisk.mount(folder, 65_536)[Symbol.dispose]();
    return false;
  } catch (error) {
    return `this machine refuses to mount a small file system (${error instanceof Error ? error.message : error})`;
  } finally {
    rmdirSync(folder);
  }
}

function run(program: string, ...argumentList: string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, argumentList, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim();
}

/** Appends bytes until there are so many more, or no space for another one. */
function write(file: string, bytes: number): void {
  const handle = openSync(file, 'a');
  let left = bytes;
  try {
    for (const size of CHUNKS) {
      while (left >= size) {
        try {
          left -= writeSync(handle, new Uint8Array(size));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          break;
        }
      }
    }
  } finally {
    closeSync(handle);
  }
}
