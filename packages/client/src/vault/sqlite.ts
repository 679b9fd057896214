import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { wipe } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { deriveKey } from './argon2.ts';
import {
  asVaultError,
  createDatabase,
  eraseDeleted,
  guarded,
  notErased,
  noteErasing,
  openDatabase,
  removeDatabase,
} from './database.ts';
import { type DeriveKey, openVaultKey, sealVaultKey } from './envelope.ts';
import { collectionNumber, type SealedRow, Sealer } from './sealing.ts';
import { type Change, type Collection, type Row, type ScanRange, type Vault, VaultError, type WriteOptions } from './vault.ts';

const VAULT_KEY_BYTES = 32;
/** Sealed rows that were deleted or replaced stay in the write-ahead log for at most so many transactions. */
const TRANSACTIONS_PER_CHECKPOINT = 64;

/**
 * A new vault in a new file (0600; missing folders are made 0700).
 * @throws VaultError `exists`, `locked`, `io`
 */
export async function createVault(file: string, passphrase: string): Promise<Vault> {
  const vaultKey = nodeCrypto.randomBytes(VAULT_KEY_BYTES);
  const envelope = await sealVaultKey(nodeCrypto, deriveKey, passphrase, vaultKey);
  try {
    return new SqliteVault(file, createDatabase(file, envelope), new Sealer(nodeCrypto, vaultKey));
  } finally {
    wipe(vaultKey);
  }
}

/**
 * @param derive argon2id, unless a test has to open a vault many times
 * @throws VaultError `not_found`, `locked`, `wrong_passphrase`, `damaged`, `newer`, `io`
 */
export async function openVault(file: string, passphrase: string, derive: DeriveKey = deriveKey): Promise<Vault> {
  // The lock comes before the expensive part: of two processes the second learns at once that it is too late.
  const { database, envelope } = openDatabase(file);
  try {
    const vaultKey = await openVaultKey(nodeCrypto, derive, passphrase, envelope);
    const sealer = new Sealer(nodeCrypto, vaultKey);
    wipe(vaultKey);
    return new SqliteVault(file, database, sealer);
  } catch (error) {
    database.close();
    throw asVaultError(file, error);
  }
}

/** Deletes a vault that is closed. */
export function removeVault(file: string): void {
  removeDatabase(file);
}

/**
 * A vault in one SQLite file. All writes of a turn of the event loop share one transaction, hence one fsync; they take effect
 * when they are called and resolve after the commit. What a read returns is durable too: it waits for that commit.
 */
class SqliteVault implements Vault {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #sealer: Sealer;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #get: StatementSync;
  #turn: Turn | undefined;
  #sinceCheckpoint = 0;
  #closed = false;

  constructor(file: string, database: DatabaseSync, sealer: Sealer) {
    this.#file = file;
    this.#database = database;
    this.#sealer = sealer;
    this.#put = database.prepare(
      'INSERT INTO row (name, collection, grp, ord, box) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET collection = excluded.collection, grp = excluded.grp, ord = excluded.ord, box = excluded.box',
    );
    this.#delete = database.prepare('DELETE FROM row WHERE name = ?');
    this.#get = database.prepare('SELECT name, collection, grp, ord, box FROM row WHERE name = ?');
  }

  async get(collection: Collection, key: string): Promise<Uint8Array | undefined> {
    return (await this.find(collection, key))?.value;
  }

  async find(collection: Collection, key: string): Promise<Row | undefined> {
    const row = this.#reading(() => {
      const name = this.#sealer.name(collection, key);
      const found = this.#get.get(name);
      // Opened as what was asked for: an index that was bent to another row must not pass.
      return found && this.#sealer.open(collection, { ...sealedRow(found), name, collection: collectionNumber(collection) });
    });
    await this.#turn?.promise;
    return row;
  }

  async scan(collection: Collection, range: ScanRange = {}): Promise<Row[]> {
    const rows = this.#reading(() => {
      const place = {
        collection: collectionNumber(collection),
        ...(range.group === undefined ? {} : { group: this.#sealer.group(collection, range.group) }),
      };
      return this.#select(collection, range).map((found) => this.#sealer.open(collection, { ...sealedRow(found), ...place }));
    });
    await this.#turn?.promise;
    const sign = range.reverse ? -1 : 1;
    rows.sort((a, b) => sign * ((a.order ?? 0) - (b.order ?? 0) || (a.key < b.key ? -1 : 1)));
    return range.limit === undefined ? rows : rows.slice(0, range.limit);
  }

  async write(changes: readonly Change[], { sync = true, erase = false }: WriteOptions = {}): Promise<void> {
    this.#mustBeOpen();
    // Sealed before anything is touched: a change that is refused undoes no other.
    const steps = changes.map((change) =>
      'put' in change ? this.#sealer.seal(change.put) : this.#sealer.name(change.delete.collection, change.delete.key),
    );
    if (steps.length === 0 && !erase) return this.#turn?.promise;
    // Where a transaction is open it takes this with it.
    if (!sync && !erase && this.#turn === undefined) {
      guarded(this.#file, () => this.#withoutSync(() => this.#carryOut(steps)));
      return;
    }
    const turn = this.#joinTurn();
    turn.erase ||= erase;
    try {
      this.#carryOut(steps);
    } catch (error) {
      this.#fail(error);
    }
    return turn.promise;
  }

  #carryOut(steps: readonly (SealedRow | Uint8Array)[]): void {
    for (const step of steps) {
      if (step instanceof Uint8Array) this.#delete.run(step);
      else this.#put.run(step.name, step.collection, step.group, step.order, step.box);
    }
  }

  /** One transaction that reaches the system, not the disk: the next one that is synced takes it along. */
  #withoutSync(work: () => void): void {
    this.#database.exec('PRAGMA synchronous = OFF; BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  async changePassphrase(oldPassphrase: string, newPassphrase: string): Promise<void> {
    const bytes = this.#reading(() => this.#database.prepare('SELECT bytes FROM envelope WHERE id = 1').get()?.bytes);
    if (!(bytes instanceof Uint8Array)) throw asVaultError(this.#file, new VaultError('damaged', 'it has no envelope'));
    const vaultKey = await openVaultKey(nodeCrypto, deriveKey, oldPassphrase, bytes);
    const envelope = await sealVaultKey(nodeCrypto, deriveKey, newPassphrase, vaultKey).finally(() => wipe(vaultKey));
    this.#mustBeOpen();
    const turn = this.#joinTurn();
    // The old envelope opens with the old passphrase: it must not stay in the file. Alone in its table it was never moved, and the new
    // one is written over it when the log is: that takes no space, so a full disk cannot leave the change half done.
    turn.checkpoint = true;
    try {
      this.#database.prepare('UPDATE envelope SET bytes = ? WHERE id = 1').run(envelope);
    } catch (error) {
      this.#fail(error);
    }
    return turn.promise;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const turn = this.#turn;
    this.#commit();
    this.#closed = true;
    this.#sealer.wipe();
    this.#database.close();
    await turn?.promise;
  }

  /** Rows of equal order are told apart by their keys, which only the opened row has: those at the limit are all read. */
  #select(collection: Collection, { group, after, limit, reverse }: ScanRange) {
    const number = collectionNumber(collection);
    const direction = reverse ? 'DESC' : 'ASC';
    const conditions = ['collection = ?'];
    const values: (number | Uint8Array)[] = [number];
    if (group !== undefined) {
      conditions.push('grp = ?');
      values.push(this.#sealer.group(collection, group));
    }
    if (after !== undefined) {
      conditions.push(reverse ? 'ord < ?' : 'ord > ?');
      values.push(after);
    }
    const from = `FROM row WHERE ${conditions.join(' AND ')}`;
    if (limit !== undefined) {
      const last = this.#database
        .prepare(`SELECT ord ${from} ORDER BY ord ${direction} LIMIT 1 OFFSET ?`)
        .get(...values, limit - 1);
      const bound = last?.ord;
      if (typeof bound === 'number') {
        const upTo = reverse ? 'ord >= ?' : 'ord <= ?';
        return this.#database.prepare(`SELECT name, collection, grp, ord, box ${from} AND ${upTo}`).all(...values, bound);
      }
    }
    return this.#database.prepare(`SELECT name, collection, grp, ord, box ${from}`).all(...values);
  }

  #reading<T>(read: () => T): T {
    this.#mustBeOpen();
    return guarded(this.#file, read);
  }

  /** The transaction of this turn, which ends when the event loop has run everything that is ready. */
  #joinTurn(): Turn {
    if (this.#turn !== undefined) return this.#turn;
    guarded(this.#file, () => this.#database.exec('BEGIN'));
    const turn: Turn = { ...Promise.withResolvers<void>(), erase: false, checkpoint: false };
    this.#turn = turn;
    setImmediate(() => {
      if (this.#turn === turn) this.#commit();
    });
    return turn;
  }

  #commit(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    try {
      if (turn.erase) noteErasing(this.#database);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#turn = undefined;
    try {
      if (turn.erase) eraseDeleted(this.#database);
      if (turn.checkpoint) this.#checkpoint();
      turn.resolve();
    } catch (error) {
      turn.reject(notErased(this.#file, error));
    }
    this.#sinceCheckpoint += 1;
    if (this.#sinceCheckpoint < TRANSACTIONS_PER_CHECKPOINT) return;
    try {
      this.#checkpoint();
    } catch {
      // What was committed is safe in the log; the next transaction tries again.
    }
  }

  /** Nothing of this turn is kept, and each of its callers is told. */
  #fail(error: unknown): void {
    const turn = this.#turn;
    this.#turn = undefined;
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    turn?.reject(asVaultError(this.#file, error));
  }

  #checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#sinceCheckpoint = 0;
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new Error('the vault is closed');
  }
}

/** The writes of one turn of the event loop. */
interface Turn extends PromiseWithResolvers<void> {
  /** One of them wants nothing left of what it deletes. */
  erase: boolean;
  /** Nothing is to be left in the log. */
  checkpoint: boolean;
}

function sealedRow(found: Record<string, unknown>): SealedRow {
  const { name, collection, grp: group, ord: order, box } = found;
  const sound =
    name instanceof Uint8Array &&
    typeof collection === 'number' &&
    (group === null || group instanceof Uint8Array) &&
    typeof order === 'number' &&
    box instanceof Uint8Array;
  if (!sound) throw new VaultError('damaged', 'a row has columns of other types');
  return { name, collection, group, order, box };
}
