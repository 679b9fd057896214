import { toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { type DeviceKeyPackage, ReplaceSchema, type SignedDeviceList } from '@parley/protocol/wire';
import type { RequestError } from '../connection/reply.ts';
import { type Conversation, ConversationState, type OutboxRow } from '../gen/rows_pb.ts';
import { MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { siblingIds } from './account.ts';
import { makeReplace } from './consent.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import { keptProof } from './consent-proof.ts';
import type { Context } from './context.ts';
import { askForUser, makeGroup } from './group-making.ts';
import { claimKeyPackages } from './key-packages.ts';
import { noteChange, recogniseAs } from './pins.ts';
import { markRefused } from './put-history.ts';
import { dropOwnReplacement, ownReplacement, replaceKey, successor, switchTo } from './replaced.ts';
import { tellError } from './tell.ts';
import { dropMessage } from './unbound-messages.ts';

/**
 * Makes a fresh group for a conversation that is broken, of all devices of the two users that count now, and sends the REPLACE with
 * its Welcome (docs/protocol.md, "End-to-end encryption"). `later`: it cannot be made now, because the other user's devices have
 * no KeyPackages, say; an error: because what the server has said of them is not what it should be.
 */
export async function replaceGroup(context: Context, key: string): Promise<'done' | NotNow> {
  const { records } = context;
  const broken = records.conversations.rows.get(key);
  if (broken === undefined || !isWanted(broken)) return 'done';
  // The user has been told.
  if ((records.contacts.rows.get(broken.peer)?.changedKey.length ?? 0) > 0) return 'later';
  const reply = await askForUser(context, broken.peer);
  // The client is ending; the next start goes on here.
  if (reply.kind === 'lost') return 'done';
  // It does not say who they are; a refusal is no lie.
  if (reply.kind !== 'ok') return 'later';
  const { result } = reply.ok;
  const devices = result.case === 'user' ? result.value.devices : undefined;
  const ids = await deviceIds(context, broken.peer, devices);
  if (!Array.isArray(ids)) return ids;
  const theirs = await claimKeyPackages(context, broken.peer, ids);
  const siblings = await claimKeyPackages(context, records.account.username, siblingIds(context));
  if (theirs === undefined || siblings === undefined) return 'done';
  if (theirs.length === 0) return 'later';
  return records.transact(async (transaction) => {
    const conversation = transaction.get(records.conversations, key);
    if (conversation === undefined || !isWanted(conversation)) return 'done';
    if (ownReplacement(context, transaction, conversation) !== undefined) return 'done';
    try {
      await transaction.attempt((inner) => make(context, inner, conversation, devices, theirs, siblings));
      return 'done';
    } catch (error) {
      return notNow(context, transaction, error);
    }
  });
}

/** Why no group can be made now: `later` where the user need not be told, or has been. */
type NotNow = 'later' | InvalidConsentError | MlsError;

function notNow(context: Context, transaction: Transaction, error: unknown): NotNow {
  if (error instanceof InvalidConsentError) return error;
  if (error instanceof IdentityChangedError) noteChange(context, transaction, error);
  else if (!(error instanceof MlsError)) throw error;
  else if (error.reason !== 'not_now') return error;
  return 'later'; // or a clock is wrong
}

function isWanted({ state, broken }: Conversation): boolean {
  return state === ConversationState.OPEN && broken;
}

function deviceIds(context: Context, peer: string, devices: SignedDeviceList | undefined): Promise<Uint8Array[] | NotNow> {
  return context.records.transact(async (transaction) => {
    try {
      const { devices: listed } = await transaction.attempt(async (inner) => recogniseAs(context, inner, peer, devices));
      return listed.map(({ deviceId }) => deviceId);
    } catch (error) {
      return notNow(context, transaction, error);
    }
  });
}

async function make(
  context: Context,
  transaction: Transaction,
  old: Conversation,
  devices: SignedDeviceList | undefined,
  keyPackages: readonly DeviceKeyPackage[],
  siblings: readonly DeviceKeyPackage[],
): Promise<void> {
  const { environment, records, outbox } = context;
  const { peer } = old;
  const other = recogniseAs(context, transaction, peer, devices);
  if ((transaction.get(records.contacts, peer)?.changedKey.length ?? 0) > 0)
    throw new InvalidConsentError('its identity changed');
  const group = await makeGroup(context, transaction, other, keyPackages, siblings);
  const { conversation: id, suite, state } = group;
  const body = makeReplace(context, peer, old.id, group, keptProof(context, transaction, peer));
  const replacedMs = environment.now();
  transaction.putGroup(toHex(id), state);
  const next = successor(context, old, { id, suite, state: ConversationState.OPENING, replacedMs });
  transaction.put(records.conversations, next);
  transaction.put(records.conversations, { ...old, replacedMs });
  const row = { key: replaceKey(id), opcode: Opcode.REPLACE, conversation: id, requestId: old.id, peer };
  outbox.add(transaction, { ...row, body: toBinary(ReplaceSchema, body) });
}

/** What the server says to a REPLACE of ours. */
export async function replaceAnswered(
  context: Context,
  transaction: Transaction,
  row: OutboxRow,
  error: RequestError | undefined,
): Promise<void> {
  const { conversations } = context.records;
  const old = transaction.get(conversations, toHex(row.requestId));
  const next = transaction.get(conversations, toHex(row.conversation));
  // Another one has taken the place already.
  if (old === undefined || next === undefined || next.state !== ConversationState.OPENING) return;
  if (error === undefined) {
    switchTo(context, transaction, old, { ...next, state: ConversationState.OPEN });
    return;
  }
  dropOwnReplacement(context, transaction, old, new Uint8Array(0));
  if (error.code === 'unknown_conversation') {
    await close(context, transaction, old);
    return;
  }
  if (error.code === 'stale_epoch' && error.winnerConversation.length > 0) {
    // Its REPLACE is on its way. Should it not come, because the mailbox was dropped with it, this one is replaced in its turn.
    const { winnerConversation: id } = error;
    const known = transaction.get(conversations, toHex(id));
    const { suite } = next;
    const winner =
      known ?? successor(context, old, { id, suite, state: ConversationState.OPEN, broken: true, replacedMs: next.replacedMs });
    switchTo(context, transaction, old, winner);
    transaction.effect(() => context.heal(toHex(id)));
    return;
  }
  transaction.effect(() => context.heal(toHex(old.id)));
}

/** The server has never heard of it, or has forgotten it: the two have to ask each other again. */
async function close(context: Context, transaction: Transaction, old: Conversation): Promise<void> {
  const { contacts, conversations, outbox } = context.records;
  transaction.put(conversations, { ...old, state: ConversationState.CLOSED });
  const contact = transaction.get(contacts, old.peer);
  if (contact !== undefined) transaction.put(contacts, { ...contact, conversation: new Uint8Array(0) });
  for (const waiting of transaction.values(outbox)) {
    if (waiting.opcode !== Opcode.MESSAGE || toHex(waiting.conversation) !== toHex(old.id)) continue;
    await markRefused(transaction, waiting.messageId);
    dropMessage(context, transaction, waiting, 'the server has lost the conversation');
  }
  tellError(
    context,
    transaction,
    'unknown_conversation',
    `the server has lost the conversation with ${old.peer}: ask again to talk`,
    { user: old.peer },
  );
}
