import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Frame, MAX_INBOX_BYTES, Opcode, POSITION_BYTES, toHex } from '@parley/protocol';
import {
  AcceptSchema,
  AckSchema,
  CancelSchema,
  CommitSchema,
  DevicesSchema,
  MessageSchema,
  type Presence,
  RefuseSchema,
  ReplaceSchema,
  RttSchema,
} from '@parley/protocol/wire';
import type { Connection } from '../connection/connection.ts';
import type { Reply } from '../connection/reply.ts';
import type { Transaction } from '../records/transaction.ts';
import { VaultError } from '../vault/vault.ts';
import { receiveCommit } from './commits.ts';
import type { Context } from './context.ts';
import { recordGap } from './gaps.ts';
import { receiveAccept, receiveCancel, receiveRefuse, receiveRtt } from './incoming-consent.ts';
import { openFuture, receiveMessage } from './incoming-messages.ts';
import { receiveReplace } from './incoming-replace.ts';
import { receiveDevices, receiveRejoin } from './rejoin.ts';
import { answered } from './replies.ts';

/** What one transaction takes at most. */
const MAX_BATCH = 256;

type Item =
  | { readonly kind: 'item'; readonly frame: Frame; readonly position: bigint; readonly connection: Connection }
  | { readonly kind: 'presence'; readonly presence: Presence }
  | { readonly kind: 'reply'; readonly key: string; readonly reply: Reply };

interface InboxHandlers {
  /** All that has come is processed. */
  onIdle(): void;
  /** The vault failed; nothing more is taken. */
  onBroken(error: unknown): void;
}

/**
 * Everything that the server sends and that changes what this client keeps, one after the other: mailbox items and answers to the
 * outbox. What has come meanwhile is one transaction and one ACK. Nothing in it can block what comes after.
 */
export class Inbox {
  readonly #context: Context;
  readonly #handlers: InboxHandlers;
  #items: Item[] = [];
  #bytes = 0;
  #running = false;

  constructor(context: Context, handlers: InboxHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  get isIdle(): boolean {
    return !this.#running;
  }

  /** A mailbox item. */
  item(frame: Frame, position: bigint, connection: Connection): void {
    this.#bytes += frame.body.length;
    if (this.#bytes > MAX_INBOX_BYTES) {
      connection.close();
      return;
    }
    this.#add({ kind: 'item', frame, position, connection });
  }

  /** In its place between mailbox items: one of them may be what makes this user one to hear of. */
  presence(presence: Presence): void {
    this.#add({ kind: 'presence', presence });
  }

  reply(key: string, reply: Reply): void {
    this.#add({ kind: 'reply', key, reply });
  }

  #add(item: Item): void {
    this.#items.push(item);
    if (this.#running) return;
    this.#running = true;
    this.#context.environment.defer(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    try {
      while (this.#items.length > 0) {
        const batch = this.#items.splice(0, MAX_BATCH);
        for (const item of batch) if (item.kind === 'item') this.#bytes -= item.frame.body.length;
        await this.#context.records.transact((transaction) => this.#process(transaction, batch));
      }
      this.#running = false;
      this.#handlers.onIdle();
    } catch (error) {
      this.#handlers.onBroken(error);
    }
  }

  async #process(transaction: Transaction, batch: readonly Item[]): Promise<void> {
    const { records } = this.#context;
    const before = records.progress(transaction).position;
    let position = before;
    let last: { readonly connection: Connection; readonly position: bigint } | undefined;
    for (const item of batch) {
      if (item.kind === 'reply') {
        await this.#attempt(transaction, undefined, (inner) => answered(this.#context, inner, item.key, item.reply));
        continue;
      }
      if (item.kind === 'presence') {
        tellPresence(this.#context, transaction, item.presence);
        continue;
      }
      last = item;
      // Delivered before: at least once there, exactly once here. The ACK may have been lost.
      if (item.position <= position) continue;
      await this.#attempt(transaction, item.frame, (inner) => receive(this.#context, inner, item.frame));
      position = item.position;
    }
    if (last === undefined) return;
    if (position !== before) records.putProgress(transaction, { ...records.progress(transaction), position });
    // Of what this connection has brought: it may be behind an earlier one whose items are still being processed here.
    const { connection, position: brought } = last;
    transaction.effect(() => connection.notify(Opcode.ACK, toBinary(AckSchema, create(AckSchema, { position: brought }))));
  }

  /** What cannot be processed is a gap that the user sees; it never keeps what comes after it from being processed. */
  async #attempt(transaction: Transaction, frame: Frame | undefined, work: (inner: Transaction) => Promise<void>): Promise<void> {
    try {
      await transaction.attempt(work);
    } catch (error) {
      if (error instanceof VaultError) throw error;
      recordGap(this.#context, transaction, frame, error);
    }
  }
}

function tellPresence(context: Context, transaction: Transaction, { username: user, online }: Presence): void {
  if (!isOfInterest(context, transaction, user)) return;
  transaction.effect(() => {
    context.emit({ event: 'presence', user, online });
    if (online) context.present(user);
  });
}

async function receive(context: Context, transaction: Transaction, { opcode, body }: Frame): Promise<void> {
  const content = body.subarray(POSITION_BYTES);
  switch (opcode) {
    case Opcode.RTT:
      return receiveRtt(context, transaction, fromBinary(RttSchema, content));
    case Opcode.ACCEPT:
      return receiveAccept(context, transaction, fromBinary(AcceptSchema, content));
    case Opcode.REFUSE:
      return receiveRefuse(context, transaction, fromBinary(RefuseSchema, content));
    case Opcode.CANCEL:
      return receiveCancel(context, transaction, fromBinary(CancelSchema, content));
    case Opcode.MESSAGE:
      return receiveMessage(context, transaction, fromBinary(MessageSchema, content));
    case Opcode.COMMIT:
      return commitAndGoOn(context, transaction, content);
    case Opcode.DEVICES:
      return receiveDevices(context, transaction, fromBinary(DevicesSchema, content));
    case Opcode.REPLACE:
      return receiveReplace(context, transaction, fromBinary(ReplaceSchema, content));
    case Opcode.REJOIN:
      return receiveRejoin(context, transaction);
    default:
      throw new Error('something that this version does not know');
  }
}

/**
 * Whether this user is one to hear of: a contact, or one who is asked or asks. Of others an honest server tells only a device that has lost
 * its vault, and does not know its contacts yet.
 */
function isOfInterest({ records }: Context, transaction: Transaction, user: string): boolean {
  const contact = transaction.get(records.contacts, user);
  if (contact?.blocked === true) return false;
  if (contact !== undefined && contact.conversation.length > 0) return true;
  return transaction.values(records.requests).some(({ peer }) => peer === user);
}

/** A new epoch: what had come too early can be opened. */
async function commitAndGoOn(context: Context, transaction: Transaction, content: Uint8Array): Promise<void> {
  const commit = fromBinary(CommitSchema, content);
  await receiveCommit(context, transaction, commit);
  await openFuture(context, transaction, toHex(commit.conversation));
}
