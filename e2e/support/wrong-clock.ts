import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unlessInstalled } from './programs.ts';

/**
 * What some processes take for the time of day, which can be set while they run: libfaketime (Debian's `faketime`) stands between them
 * and the system. Their monotonic clocks, and so their timers, stay as they are, as when somebody sets the clock of a machine.
 */
export class WrongClock implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-clock-'));
  readonly #file = join(this.#folder, 'offset');

  constructor() {
    this.set(0);
  }

  /** For the environment of a process. */
  get env(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1', // the dynamic linker knows $LIB
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** What has a process run with this clock. */
  get under(): readonly string[] {
    return ['env', ...Object.entries(this.env).map(([name, value]) => `${name}=${value}`)];
  }

  /** From now on the clock is wrong by so much. */
  set(wrongMs: number): void {
    const seconds = Math.round(wrongMs / 1_000);
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** For the `skip` option of a test: false, or why the clock of a process cannot be set here. */
export function unlessClocksCanBeSet(): string | false {
  const missing = unlessInstalled('faketime');
  if (missing !== false) return missing;
  using clock = new WrongClock();
  const yearMs = 365 * 24 * 3_600_000;
  clock.set(yearMs);
  const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], {
    env: { ...process.env, ...clock.env },
    encoding: 'utf8',
  });
  return Math.abs(Number(stdout) - Date.now() - yearMs) < yearMs / 2 ? false : 'libfaketime does not work with this Node';
}
