import type { Change, Collection, Row, ScanRange, Vault } from '../../src/vault/vault.ts';

/** A vault in memory that outlives the client using it, and can be told to fail. */
export class MemoryVault implements Vault {
  readonly rows = new Map<string, Row>();
  writes = 0;
  /** Called before each write is applied. */
  beforeWrite: (changes: readonly Change[]) => Promise<void> | void = () => {};

  async get(collection: Collection, key: string): Promise<Uint8Array | undefined> {
    return this.rows.get(`${collection}/${key}`)?.value.slice();
  }

  async scan(collection: Collection, range: ScanRange = {}): Promise<Row[]> {
    const { group, after, limit, reverse } = range;
    const sign = reverse === true ? -1 : 1;
    const rows = [...this.rows.values()]
      .filter((row) => row.collection === collection && (group === undefined || row.group === group))
      .filter((row) => after === undefined || sign * ((row.order ?? 0) - after) > 0)
      .sort((a, b) => sign * ((a.order ?? 0) - (b.order ?? 0)) || (a.key < b.key ? -1 : 1));
    return rows.slice(0, limit).map((row) => ({ ...row, value: row.value.slice() }));
  }

  async write(changes: readonly Change[]): Promise<void> {
    await this.beforeWrite(changes);
    this.writes += 1;
    for (const change of changes) {
      if ('put' in change) {
        this.rows.set(`${change.put.collection}/${change.put.key}`, { ...change.put, value: change.put.value.slice() });
      } else {
        this.rows.delete(`${change.delete.collection}/${change.delete.key}`);
      }
    }
  }

  async changePassphrase(): Promise<void> {}

  async close(): Promise<void> {}
}
