import { fromBinary } from '@bufbuild/protobuf';
import { toHex } from '@parley/protocol';
import { ContentSchema } from '@parley/protocol/wire';
import { type Conversation, MessageKind, MessageRowSchema, type OutboxRow } from './gen/rows_pb.ts';
import { conversationTable, loadAccount, outboxTable } from './records/records.ts';
import { type Row, type Vault, VaultError } from './vault/vault.ts';

const PAGE = 500;

/** `sent`: the server's OK has come. `waiting`: it has not yet. `refused`: it will not, and the user was told by an `error`. */
export type EntryState = 'sent' | 'waiting' | 'refused';

/** One line of a conversation. `gap`: something is missing here. `unknown`: content that only newer clients can show. */
export type HistoryEntry = {
  /** Of the message, or of what marks it as missing; hex. */
  readonly id: string;
  /** The user this conversation is with. */
  readonly conversation: string;
  readonly from: string;
  /** When it was sent, as the sender says, or noticed to be missing: Unix time in milliseconds. */
  readonly at: number;
  /** Only of messages of one's own. */
  readonly state?: EntryState;
  /** Rises in the order in which this device has stored things; where `page` goes on. */
  readonly position: number;
} & ({ readonly kind: 'text'; readonly text: string } | { readonly kind: 'gap' | 'unknown' });

export interface HistoryRange {
  /** From here on; not with `before`. */
  readonly after?: number;
  /** Back from here; from the end when both are left out. */
  readonly before?: number;
  readonly limit?: number;
}

/** What a client holds in memory of all that. */
interface Source {
  readonly user: string;
  readonly vault: Vault;
  readonly conversations: ReadonlyMap<string, Conversation>;
  readonly outbox: ReadonlyMap<string, OutboxRow>;
}

/**
 * What was said, as this device has it: read from the vault page by page, never whole. A conversation with somebody is one, over any
 * number of groups that took each other's place, and requests that came again.
 */
export class History {
  readonly #source: Source;

  /** Of an open vault without a client. It shows what the vault held when it was called, and is the way in while the server is away. */
  static async open(vault: Vault): Promise<History> {
    const account = await loadAccount(vault);
    if (account === undefined) throw new VaultError('not_found', 'there is no account here: join first');
    const [conversations, outbox] = [conversationTable(), outboxTable()];
    await conversations.load(vault);
    await outbox.load(vault);
    return new History({ user: account.username, vault, conversations: conversations.rows, outbox: outbox.rows });
  }

  constructor(source: Source) {
    this.#source = source;
  }

  get user(): string {
    return this.#source.user;
  }

  /** With whom there are conversations, by name. */
  peers(): string[] {
    const { conversations, outbox } = this.#source;
    const names = [...conversations.values(), ...[...outbox.values()].filter(isUnbound)].map(({ peer }) => peer);
    return [...new Set(names)].sort();
  }

  /** A part of the conversation with a user, oldest first. @throws VaultError `damaged` */
  async page(peer: string, { after, before, limit = PAGE }: HistoryRange = {}): Promise<HistoryEntry[]> {
    const isForward = after !== undefined;
    const bound = after ?? before;
    const range = { limit, ...(bound === undefined ? {} : { after: bound }), reverse: !isForward };
    const { vault } = this.#source;
    const pages = await Promise.all(this.#threads(peer).map((group) => vault.scan('message', { ...range, group })));
    const inRange = ({ position }: HistoryEntry): boolean =>
      bound === undefined || (isForward ? position > bound : position < bound);
    const waiting = [...this.#source.outbox.values()].filter((row) => row.peer === peer && isUnbound(row));
    const entries = [
      ...pages.flat().map((row) => this.#entry(peer, row)),
      ...waiting.map((row) => this.#unbound(row)).filter(inRange),
    ].sort((a, b) => a.position - b.position);
    return isForward ? entries.slice(0, limit) : entries.slice(Math.max(0, entries.length - limit));
  }

  /** The whole conversation with a user, oldest first. @throws VaultError `damaged` */
  async *entries(peer: string): AsyncGenerator<HistoryEntry> {
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const page = await this.page(peer, { after });
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.position;
    }
  }

  /** Groups of the vault's rows. Those of one conversation that was closed, and asked for again, are several. */
  #threads(peer: string): string[] {
    const rows = [...this.#source.conversations.values()].filter((row) => row.peer === peer);
    return [...new Set(rows.map(({ id, thread }) => toHex(thread.length === 0 ? id : thread)))];
  }

  #entry(conversation: string, row: Row): HistoryEntry {
    const { id: idBytes, author: from, sentMs: at, kind, text, refused } = fromBinary(MessageRowSchema, row.value);
    const id = toHex(idBytes);
    const entry = { id, conversation, from, at, position: row.order ?? 0 };
    if (kind === MessageKind.GAP) return { ...entry, kind: 'gap' };
    const waits = this.#source.outbox.has(id);
    const state = from === this.user ? ({ state: refused ? 'refused' : waits ? 'waiting' : 'sent' } as const) : {};
    if (kind === MessageKind.TEXT) return { ...entry, ...state, kind: 'text', text };
    return { ...entry, ...state, kind: 'unknown' };
  }

  /** Typed to a user whose request was accepted, and whose group is not made yet. */
  #unbound({ key: id, order: position, content, peer: conversation }: OutboxRow): HistoryEntry {
    const { sentMs, body } = fromBinary(ContentSchema, content);
    const text = body.case === 'text' ? body.value.text : '';
    return { id, conversation, from: this.user, at: Number(sentMs), state: 'waiting', position, kind: 'text', text };
  }
}

function isUnbound({ messageId, conversation }: OutboxRow): boolean {
  return messageId.length > 0 && conversation.length === 0;
}
