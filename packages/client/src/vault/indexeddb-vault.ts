import { wipe } from '@parley/protocol';
import { openOnDevice, sealOnDevice } from './device-key.ts';
import { completion, onLoss, readEnvelope, readRows, result, writeEnvelope, writeRows } from './indexeddb-database.ts';
import { damaged, guarded } from './indexeddb-errors.ts';
import { select } from './indexeddb-select.ts';
import { collectionNumber, type SealedRow, type Sealer } from './sealing.ts';
import type { Change, Collection, Row, ScanRange, Vault, VaultError, WriteOptions } from './vault.ts';

/**
 * A vault in IndexedDB. Its transactions take effect in the order in which they are made, which is that of the calls; one that reads
 * begins when those that write before it are on disk. The writes of a turn of the event loop share one where no read comes between.
 */
export class IndexedDbVault implements Vault {
  readonly #database: IDBDatabase;
  readonly #sealer: Sealer;
  readonly #letGo: () => Promise<void>;
  /** Calls under way: `close` waits for them. */
  readonly #pending = new Set<Promise<unknown>>();
  #turn: Turn | undefined;
  #lost: VaultError | undefined;
  #closing: Promise<void> | undefined;

  constructor(database: IDBDatabase, sealer: Sealer, letGo: () => Promise<void>) {
    this.#database = database;
    this.#sealer = sealer;
    this.#letGo = letGo;
    onLoss(database, (error) => {
      this.#lost = error;
    });
  }

  async get(collection: Collection, key: string): Promise<Uint8Array | undefined> {
    return (await this.find(collection, key))?.value;
  }

  async find(collection: Collection, key: string): Promise<Row | undefined> {
    return this.#reading(async (rows) => {
      const name = this.#sealer.name(collection, key);
      const found: unknown = await result(rows.get(name.slice()));
      if (found === undefined) return undefined;
      // Opened as what was asked for: an index that was bent to another row must not pass.
      return this.#sealer.open(collection, { ...sealedRow(found), name, collection: collectionNumber(collection) });
    });
  }

  async scan(collection: Collection, range: ScanRange = {}): Promise<Row[]> {
    return this.#reading(async (rows) => {
      if (range.limit === 0) return [];
      const number = collectionNumber(collection);
      const group = range.group === undefined ? undefined : this.#sealer.group(collection, range.group);
      const found =
        group === undefined
          ? await select(rows.index('by_order'), number, range)
          : await select(rows.index('by_group'), group.slice(), range);
      const place = { collection: number, ...(group === undefined ? {} : { group }) };
      const opened = found.map((record) => this.#sealer.open(collection, { ...sealedRow(record), ...place }));
      const sign = range.reverse ? -1 : 1;
      opened.sort((a, b) => sign * ((a.order ?? 0) - (b.order ?? 0) || (a.key < b.key ? -1 : 1)));
      return range.limit === undefined ? opened : opened.slice(0, range.limit);
    });
  }

  async write(changes: readonly Change[], { sync = true, erase = false }: WriteOptions = {}): Promise<void> {
    this.#mustBeOpen();
    // Sealed before anything is touched: a change that is refused undoes no other.
    const steps = changes.map((change) =>
      'put' in change ? this.#sealer.seal(change.put) : this.#sealer.name(change.delete.collection, change.delete.key),
    );
    const synced = sync || erase;
    const turn = this.#turn;
    return this.#under(async () => {
      if (turn !== undefined && steps.length > 0 && (turn.synced || !synced) && tryIn(turn, steps)) return turn.done;
      return this.#newTurn(synced, steps).done;
    });
  }

  async changePassphrase(oldPassphrase: string, newPassphrase: string): Promise<void> {
    this.#mustBeOpen();
    const old = await this.#under(() => readEnvelope(this.#database));
    const vaultKey = await guarded(() => openOnDevice(old, oldPassphrase));
    // With a device key of its own: nothing that was read before is of use with what is there now.
    const fresh = await sealOnDevice(newPassphrase, vaultKey).finally(() => wipe(vaultKey));
    this.#mustBeOpen();
    await this.#under(() => writeEnvelope(this.#database, fresh));
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#pending);
    this.#sealer.wipe();
    this.#database.close();
    await this.#letGo();
  }

  #newTurn(synced: boolean, steps: readonly Step[]): Turn {
    const rows = writeRows(this.#database, synced);
    carryOut(rows, steps);
    this.#turn = { rows, synced, done: completion(rows.transaction) };
    return this.#turn;
  }

  async #reading<T>(read: (rows: IDBObjectStore) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    // What is written from here on is not for this read to see.
    this.#turn = undefined;
    return this.#under(() => read(readRows(this.#database)));
  }

  async #under<T>(call: () => Promise<T>): Promise<T> {
    const promise = guarded(call);
    this.#pending.add(promise);
    return promise.finally(() => this.#pending.delete(promise));
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new Error('the vault is closed');
    if (this.#lost !== undefined) throw this.#lost;
  }
}

/** A row to put, or the name of one to delete. */
type Step = SealedRow | Uint8Array;

/** The writes of one turn of the event loop: its transaction takes more for as long as it is active. */
interface Turn {
  readonly rows: IDBObjectStore;
  readonly synced: boolean;
  readonly done: Promise<void>;
}

/** Whether the turn was still under way, and took the steps. */
function tryIn(turn: Turn, steps: readonly Step[]): boolean {
  try {
    carryOut(turn.rows, steps);
    return true;
  } catch (error) {
    if (isOver(error)) return false;
    throw error;
  }
}

/** The transaction cannot end in between: where it is over, the first step says so. */
function carryOut(rows: IDBObjectStore, steps: readonly Step[]): void {
  try {
    for (const step of steps) {
      if (step instanceof Uint8Array) rows.delete(step.slice());
      else rows.put(toRecord(step));
    }
  } catch (error) {
    if (!isOver(error)) rows.transaction.abort();
    throw error;
  }
}

function isOver(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TransactionInactiveError';
}

/** A row without a group has no such field, and with it no place in the index of groups. */
function toRecord({ group, ...row }: SealedRow): object {
  return group === null ? row : { ...row, group };
}

function sealedRow(record: unknown): SealedRow {
  const { name, collection, group = null, order, box } = record as Partial<SealedRow>;
  const isSound =
    name instanceof Uint8Array &&
    typeof collection === 'number' &&
    (group === null || group instanceof Uint8Array) &&
    Number.isSafeInteger(order) &&
    box instanceof Uint8Array;
  if (!isSound) throw damaged('a row has fields of other types');
  return { name, collection, group, order: order as number, box };
}
