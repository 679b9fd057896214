/**
 * Why a store did not do it. `full`: there is no space on its disk; nothing of the call was done, reading goes on, and so does
 * writing as soon as there is space. After the others the store cannot be used any more. `newer_schema`: a later version of Parley
 * wrote the file. `closed`: called after close(). `broken`: SQLite failed (damaged file, locked for too long); what was not resolved
 * by then may be lost.
 */
export type StoreErrorReason = 'full' | 'newer_schema' | 'closed' | 'broken';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Whether it is the space that is missing: what was called may be called again. */
export function isFull(error: unknown): boolean {
  return error instanceof StoreError && error.reason === 'full';
}
