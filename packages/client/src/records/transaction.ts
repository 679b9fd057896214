import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { utf8 } from '@parley/protocol';
import type { ClientEvent, Telling } from '../events.ts';
import type { GroupState } from '../mls/mls.ts';
import type { Change, Collection, Row, Vault } from '../vault/vault.ts';
import type { Groups } from './groups.ts';
import type { Table } from './table.ts';

/**
 * Changes that are written together or not at all. Reads see them; nobody else does before they are written. Effects (sending,
 * wiping what was used up) run only after that, and last the user is told: persist, then commit, then emit.
 */
export class Transaction {
  readonly #vault: Vault;
  readonly #groupStates: Groups;
  readonly #parent: Transaction | undefined;
  readonly #values = new Map<string, { table: Table<DescMessage>; key: string; value: unknown }>();
  readonly #rows = new Map<string, Change>();
  readonly #groups = new Map<string, GroupState | undefined>();
  readonly #effects: (() => void)[] = [];
  readonly #told: ClientEvent[] = [];
  readonly #endings = new Map<string, (transaction: Transaction) => Promise<void>>();
  #erases = false;

  constructor(vault: Vault, groups: Groups, parent?: Transaction) {
    this.#vault = vault;
    this.#groupStates = groups;
    this.#parent = parent;
  }

  get<Schema extends DescMessage>(table: Table<Schema>, key: string): MessageShape<Schema> | undefined {
    const change = this.#values.get(`${table.collection}/${key}`);
    if (change !== undefined) return change.value as MessageShape<Schema> | undefined;
    return this.#parent === undefined ? table.rows.get(key) : this.#parent.get(table, key);
  }

  /** In the order in which they were first put. */
  values<Schema extends DescMessage>(table: Table<Schema>): MessageShape<Schema>[] {
    return [...this.#entries(table).values()];
  }

  put<Schema extends DescMessage>(table: Table<Schema>, value: MessageShape<Schema>): void {
    this.#set(table, table.key(value), value);
  }

  delete<Schema extends DescMessage>(table: Table<Schema>, key: string): void {
    this.#set(table, key, undefined);
  }

  /** Rows of collections that are not kept in memory. */
  async find(collection: Collection, key: string): Promise<Row | undefined> {
    const change = this.#rows.get(`${collection}/${key}`);
    if (change !== undefined) return 'put' in change ? change.put : undefined;
    return (this.#parent ?? this.#vault).find(collection, key);
  }

  async has(collection: Collection, key: string): Promise<boolean> {
    return (await this.find(collection, key)) !== undefined;
  }

  putRow(row: Row): void {
    this.#rows.set(`${row.collection}/${row.key}`, { put: row });
  }

  deleteRow(collection: Collection, key: string): void {
    this.#rows.set(`${collection}/${key}`, { delete: { collection, key } });
  }

  /** Nothing of what this deletes is left in the vault's files when the user is told. */
  erase(): void {
    this.#erases = true;
  }

  async group(key: string): Promise<GroupState | undefined> {
    if (this.#groups.has(key)) return this.#groups.get(key);
    return this.#parent === undefined ? this.#groupStates.get(key) : this.#parent.group(key);
  }

  putGroup(key: string, state: GroupState | undefined): void {
    this.#groups.set(key, state);
  }

  /** Runs after the changes are on disk, in order. */
  effect(run: () => void): void {
    this.#effects.push(run);
  }

  /**
   * Tells the user, once: the event is stored with the changes, told after them, and forgotten as soon as it was. Should the process be
   * killed in between, or be one that does not take this event, the next one tells it.
   */
  tell(event: ClientEvent): void {
    this.#told.push(event);
  }

  /** Runs as the last part of this transaction: once, however often it was asked for under this name. */
  atEnd(name: string, work: (transaction: Transaction) => Promise<void>): void {
    this.#endings.set(name, work);
  }

  /** All that `work` does becomes part of this transaction when it returns, none of it when it throws. */
  async attempt<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const inner = new Transaction(this.#vault, this.#groupStates, this);
    const result = await work(inner);
    for (const [name, change] of inner.#values) this.#values.set(name, change);
    for (const [name, change] of inner.#rows) this.#rows.set(name, change);
    for (const [key, state] of inner.#groups) this.#groups.set(key, state);
    for (const [name, ending] of inner.#endings) this.#endings.set(name, ending);
    this.#effects.push(...inner.#effects);
    this.#told.push(...inner.#told);
    this.#erases ||= inner.#erases;
    return result;
  }

  /** @param teller tells what was to be told, and numbers the row that keeps it until then */
  async commit(teller: Teller): Promise<void> {
    for (const ending of this.#endings.values()) await ending(this);
    const changes: Change[] = [...this.#rows.values()];
    for (const { table, key, value } of this.#values.values()) {
      if (value === undefined) changes.push({ delete: { collection: table.collection, key } });
      else changes.push({ put: table.row(value as MessageShape<DescMessage>) });
    }
    for (const [key, state] of this.#groups) changes.push(...this.#groupStates.changes(key, state));
    const row = this.#told.length > 0 ? eventRow(teller.nextOrder(), this.#told) : undefined;
    if (row !== undefined) changes.push({ put: row });
    if (changes.length > 0) await this.#vault.write(changes, { erase: this.#erases });
    for (const { table, key, value } of this.#values.values()) {
      if (value === undefined) table.rows.delete(key);
      else table.rows.set(key, value as MessageShape<DescMessage>);
    }
    for (const [key, state] of this.#groups) this.#groupStates.install(key, state);
    for (const run of this.#effects) run();
    if (row === undefined) return;
    const telling = teller.tell(this.#told);
    // Not a moment later than it has to be: until then a process that is killed has told it in vain.
    if (telling !== undefined) await telling;
    // Not synced: it is to be there when this process is killed, and not worth a wait.
    await this.#vault.write(afterTelling(row, this.#told, teller.leaves(this.#told)), { sync: false });
  }

  #set<Schema extends DescMessage>(table: Table<Schema>, key: string, value: unknown): void {
    this.#values.set(`${table.collection}/${key}`, { table: table as unknown as Table<DescMessage>, key, value });
  }

  #entries<Schema extends DescMessage>(table: Table<Schema>): Map<string, MessageShape<Schema>> {
    const all = this.#parent === undefined ? new Map(table.rows) : this.#parent.#entries(table);
    for (const change of this.#values.values()) {
      if ((change.table as unknown) !== table) continue;
      if (change.value === undefined) all.delete(change.key);
      else all.set(change.key, change.value as MessageShape<Schema>);
    }
    return all;
  }
}

/** Who tells the user. */
export interface Teller {
  /** Rising numbers for rows that are read in order. */
  nextOrder(): number;
  tell(events: readonly ClientEvent[]): Telling;
  /** Those of them that count as not told, for the next run. */
  leaves(events: readonly ClientEvent[]): readonly ClientEvent[];
}

/** What becomes of the row that kept `events`, some of which are `left` to be told. */
export function afterTelling(row: Row, events: readonly ClientEvent[], left: readonly ClientEvent[]): Change[] {
  if (left.length === 0) return [{ delete: { collection: row.collection, key: row.key } }];
  return left.length === events.length ? [] : [{ put: { ...row, value: writeEvents(left) } }];
}

function eventRow(order: number, events: readonly ClientEvent[]): Row {
  return { collection: 'event', key: String(order), order, value: writeEvents(events) };
}

export function writeEvents(events: readonly ClientEvent[]): Uint8Array {
  return utf8(JSON.stringify(events));
}

export function readEvents(row: Row): ClientEvent[] {
  return JSON.parse(new TextDecoder().decode(row.value));
}
