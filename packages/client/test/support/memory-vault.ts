import type { Change, Collection, Row, ScanRange, Vault, WriteOptions } from '../../src/vault/vault.ts';

/**
 * A vault in memory that keeps the contract of vault.ts (vault/rows.test.ts holds it to that), outlives the client that uses it,
 * and can be told to fail. Calls wait for those before them, so that a read sees every write called before it and none called
 * after it.
 */
export class MemoryVault implements Vault {
  /** By `COLLECTION/KEY`, as last written. */
  readonly rows: Map<string, Row>;
  /** Called before each write is applied; when it throws, that write fails and nothing of it is kept. */
  beforeWrite: (changes: readonly Change[]) => Promise<void> | void = () => {};
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param rows what an earlier vault, closed since, has left */
  constructor(rows: Map<string, Row> = new Map()) {
    this.rows = rows;
  }

  /** Rows of a collection as last written. */
  count(collection: Collection): number {
    return [...this.rows.values()].filter((row) => row.collection === collection).length;
  }

  async get(collection: Collection, key: string): Promise<Uint8Array | undefined> {
    return (await this.find(collection, key))?.value;
  }

  async find(collection: Collection, key: string): Promise<Row | undefined> {
    return this.#inTurn(() => {
      const row = this.rows.get(`${collection}/${key}`);
      return row && copy(row);
    });
  }

  async scan(collection: Collection, range: ScanRange = {}): Promise<Row[]> {
    const { group, after, limit, reverse } = range;
    const sign = reverse === true ? -1 : 1;
    return this.#inTurn(() =>
      [...this.rows.values()]
        .filter((row) => row.collection === collection && (group === undefined || row.group === group))
        .filter((row) => after === undefined || sign * ((row.order ?? 0) - after) > 0)
        .sort((a, b) => sign * ((a.order ?? 0) - (b.order ?? 0) || (a.key < b.key ? -1 : 1)))
        .slice(0, limit)
        .map(copy),
    );
  }

  async write(changes: readonly Change[], _options?: WriteOptions): Promise<void> {
    // As they are now: the caller may use its objects for something else while the write waits.
    const copies = changes.map(
      (change): Change => ('put' in change ? { put: copy(change.put) } : { delete: { ...change.delete } }),
    );
    await this.#inTurn(async () => {
      await this.beforeWrite(copies);
      for (const change of copies) {
        if ('put' in change) this.rows.set(`${change.put.collection}/${change.put.key}`, change.put);
        else this.rows.delete(`${change.delete.collection}/${change.delete.key}`);
      }
    });
  }

  async changePassphrase(): Promise<void> {
    throw new Error('a vault in memory has no passphrase');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
  }

  async #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closed) throw new Error('the vault is closed');
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function copy(row: Row): Row {
  const order = row.order ?? 0;
  if (!Number.isSafeInteger(order)) throw new RangeError('the order of a row is a safe integer');
  return { ...row, order, value: row.value.slice() };
}
