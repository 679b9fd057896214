import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The end of a process: when it has ended and all that it has written was read, which may be some time later. */
export class ProcessEnd {
  readonly #child: ChildProcess;
  /** Its exit code; `null` where a signal ended it. */
  readonly code: Promise<number | null>;
  #isOver = false;

  /** Before anything is awaited: it may end at any time. */
  constructor(child: ChildProcess) {
    this.#child = child;
    this.code = once(child, 'close').then(([code]) => {
      this.#isOver = true;
      return code;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The exit code, or the signal. */
  get how(): number | string | null {
    return this.#child.exitCode ?? this.#child.signalCode;
  }
}
