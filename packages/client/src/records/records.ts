import { create } from '@bufbuild/protobuf';
import { toHex } from '@parley/protocol';
import type { ClientEvent, Telling } from '../events.ts';
import {
  type Account,
  AccountSchema,
  ContactSchema,
  ConversationSchema,
  OutboxRowSchema,
  type Progress,
  ProgressSchema,
  RequestSchema,
  ViewSchema,
} from '../gen/rows_pb.ts';
import type { Mls } from '../mls/mls.ts';
import { type Row, type Vault, VaultError } from '../vault/vault.ts';
import { Groups } from './groups.ts';
import { Table } from './table.ts';
import { afterTelling, readEvents, Transaction } from './transaction.ts';

export const ACCOUNT_KEY = 'self';
const PROGRESS_KEY = 'progress';
/** Rows of what an earlier run has left to be told: so many at once. */
const REST_PAGE = 256;

/** All that a client keeps: what the vault holds, as tables, and the one way to change it. */
export class Records {
  readonly contacts = contactTable();
  readonly requests = new Table('request', RequestSchema, (row) => toHex(row.requestId));
  readonly conversations = conversationTable();
  readonly outbox = outboxTable();
  readonly views = new Table('view', ViewSchema, (row) => row.username);
  readonly #account = accountTable();
  readonly #progress = progressTable();
  readonly #vault: Vault;
  readonly #groups: Groups;
  #lastOrder: number;
  #tell: (events: readonly ClientEvent[]) => Telling = () => undefined;
  #takes: (event: ClientEvent) => boolean = () => true;
  #changed: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();

  /** @throws VaultError `not_found` when the vault holds no account */
  static async load(vault: Vault, mls: Mls): Promise<Records> {
    const account = await loadAccount(vault);
    if (account === undefined) throw new VaultError('not_found', 'there is no account here: join first');
    const [newest] = await vault.scan('message', { limit: 1, reverse: true });
    const records = new Records(vault, mls, account, newest?.order ?? 0);
    const { contacts, requests, conversations, outbox, views } = records;
    for (const table of [contacts, requests, conversations, outbox, views]) await table.load(vault);
    for (const row of outbox.rows.values()) records.#lastOrder = Math.max(records.#lastOrder, row.order);
    const [lastTold] = await vault.scan('event', { limit: 1, reverse: true });
    records.#lastOrder = Math.max(records.#lastOrder, lastTold?.order ?? 0);
    const progress = await vault.get('account', PROGRESS_KEY);
    if (progress !== undefined) records.#progress.rows.set(PROGRESS_KEY, records.#progress.decode(progress));
    return records;
  }

  private constructor(vault: Vault, mls: Mls, account: Account, lastOrder: number) {
    this.#vault = vault;
    this.#groups = new Groups(vault, mls);
    this.#account.rows.set(ACCOUNT_KEY, account);
    this.#lastOrder = lastOrder;
  }

  /** As stored; within a transaction what it has put already is seen by `accountIn` alone. */
  get account(): Account {
    return this.#account.rows.get(ACCOUNT_KEY) as Account;
  }

  accountIn(transaction: Transaction): Account {
    return transaction.get(this.#account, ACCOUNT_KEY) as Account;
  }

  get vault(): Vault {
    return this.#vault;
  }

  /**
   * From now on `tell` is who tells the user what transactions ask to be told: all of it, and where `takes` is false the next run does so
   * again.
   */
  tellWith(tell: (events: readonly ClientEvent[]) => Telling, takes: (event: ClientEvent) => boolean): void {
    this.#tell = tell;
    this.#takes = takes;
  }

  /** From now on `changed` is called after each transaction. */
  watchWith(changed: () => void): void {
    this.#changed = changed;
  }

  /** What earlier runs have stored and, as far as is known, not told; of that, what this one takes. */
  tellRest(): Promise<void> {
    return this.#inTurn(async () => {
      for (let page: Row[] = [], after = 0; ; after = page.at(-1)?.order ?? after) {
        page = await this.#vault.scan('event', { after, limit: REST_PAGE });
        const rows = page.map((row) => ({ row, events: readEvents(row) }));
        const taken = rows.flatMap(({ events }) => events.filter(this.#takes));
        const telling = taken.length > 0 ? this.#tell(taken) : undefined;
        if (telling !== undefined) await telling;
        const changes = rows.flatMap(({ row, events }) => afterTelling(row, events, this.#leaves(events)));
        if (changes.length > 0) await this.#vault.write(changes, { sync: false });
        if (page.length < REST_PAGE) return;
      }
    });
  }

  #leaves(events: readonly ClientEvent[]): readonly ClientEvent[] {
    return events.filter((event) => !this.#takes(event));
  }

  /** Rising numbers for rows that are read in order. */
  nextOrder(): number {
    this.#lastOrder += 1;
    return this.#lastOrder;
  }

  /** The highest of those numbers so far: everything stored is at or below it. */
  get lastOrder(): number {
    return this.#lastOrder;
  }

  progress(transaction?: Transaction): Progress {
    const row = transaction === undefined ? this.#progress.rows.get(PROGRESS_KEY) : transaction.get(this.#progress, PROGRESS_KEY);
    return row ?? create(ProgressSchema);
  }

  putProgress(transaction: Transaction, progress: Progress): void {
    transaction.put(this.#progress, progress);
  }

  putAccount(transaction: Transaction, account: Account): void {
    transaction.put(this.#account, account);
  }

  /**
   * The one mutex: transactions run one after the other, so what `work` reads holds until it is written. `work` waits for nothing
   * but the vault and the cryptography, never for the network.
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const transaction = new Transaction(this.#vault, this.#groups);
      const result = await work(transaction);
      await transaction.commit({
        nextOrder: () => this.nextOrder(),
        tell: (events) => this.#tell(events),
        leaves: (events) => this.#leaves(events),
      });
      this.#changed();
      return result;
    };
    return this.#inTurn(run);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** After all transactions made so far. */
  idle(): Promise<unknown> {
    return this.#turn;
  }
}

export async function loadAccount(vault: Vault): Promise<Account | undefined> {
  const bytes = await vault.get('account', ACCOUNT_KEY);
  return bytes === undefined ? undefined : accountTable().decode(bytes);
}

export function accountRow(account: Account): Row {
  return accountTable().row(account);
}

export function progressRow(progress: Progress): Row {
  return progressTable().row(progress);
}

export function contactTable() {
  return new Table('contact', ContactSchema, (row) => row.username);
}

export function conversationTable() {
  return new Table('conversation', ConversationSchema, (row) => toHex(row.id));
}

export function outboxTable() {
  return new Table(
    'outbox',
    OutboxRowSchema,
    (row) => row.key,
    (row) => row.order,
  );
}

function accountTable() {
  return new Table('account', AccountSchema, () => ACCOUNT_KEY);
}

function progressTable() {
  return new Table('account', ProgressSchema, () => PROGRESS_KEY);
}
