import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** For the `skip` option of a test: false, or why the memory of a process cannot be measured here. */
export function unlessMeasurable(): string | false {
  return existsSync('/proc/self/clear_refs') ? false : 'needs the /proc of Linux to measure memory';
}

/** Resident memory of one process, read from outside. All figures are bytes. */
export class Memory {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  get now(): number {
    return this.#read('VmRSS');
  }

  /** The most there was since the process started, or since `forgetPeak`. */
  get peak(): number {
    return this.#read('VmHWM');
  }

  /** From now on `peak` is the most there is from now on. */
  forgetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, '5');
  }

  #read(field: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`process ${this.#pid} has ended`);
    return Number(kibibytes) * 1_024;
  }
}

/** For people: mebibytes, rounded. */
export function mebibytes(bytes: number): number {
  return Math.round(bytes / (1_024 * 1_024));
}
