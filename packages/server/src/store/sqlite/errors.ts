/**
 * Why a store cannot be used. `newer_schema`: a later version of Parley wrote the file. `closed`: called after close().
 * `broken`: SQLite failed (disk full, damaged file, locked for too long); what was not resolved by then may be lost.
 */
export type StoreErrorReason = 'newer_schema' | 'closed' | 'broken';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
