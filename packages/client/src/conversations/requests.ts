import { create, toBinary } from '@bufbuild/protobuf';
import { MAX_PENDING_RECEIVED, Opcode, REQUEST_ID_BYTES, REQUEST_LIFETIME_MS, toHex } from '@parley/protocol';
import { CancelSchema, type DeviceKeyPackage, RefuseSchema, RttSchema, SettingsSchema } from '@parley/protocol/wire';
import { safetyNumberWith } from '../contacts.ts';
import { ContactSchema, type Request, RequestSchema, RequestState } from '../gen/rows_pb.ts';
import type { Transaction } from '../records/transaction.ts';
import { siblingIds } from './account.ts';
import { makeCancel, makeRefuse, makeRtt } from './consent.ts';
import type { Context } from './context.ts';
import { claimKeyPackages, makeKeyPackage, WELCOME_WAIT_MS } from './key-packages.ts';
import { markSettled } from './seen-ids.ts';
import { tellError } from './tell.ts';
import { dropUnbound } from './unbound-messages.ts';

/** Asks a user to talk: RTT with a KeyPackage for each device of this user. */
export async function request(context: Context, user: string): Promise<void> {
  const { environment, records, outbox } = context;
  if (user === records.account.username) return tellError(context, undefined, 'malformed', 'you cannot ask yourself', { user });
  const made = await makeKeyPackage(context, { published: false });
  const siblings = await claimKeyPackages(context, records.account.username, siblingIds(context));
  if (siblings === undefined) return;
  await records.transact(async (transaction) => {
    const crossing = findPending(context, transaction, user, 'incoming');
    if (crossing !== undefined) return markAccepted(context, transaction, { ...crossing, crossing: true });
    if (findPending(context, transaction, user, 'outgoing') !== undefined) return;
    const contact = transaction.get(records.contacts, user);
    if (contact?.blocked === true) return tellError(context, transaction, 'no_consent', `you have blocked ${user}`, { user });
    if (contact !== undefined && contact.conversation.length > 0) {
      return tellError(context, transaction, 'already_answered', `you can talk to ${user} already`, { user });
    }
    const requestId = environment.crypto.randomBytes(REQUEST_ID_BYTES);
    const own: DeviceKeyPackage = {
      $typeName: 'parley.DeviceKeyPackage',
      deviceId: records.account.deviceId,
      keyPackage: made.keyPackage,
    };
    const rtt = makeRtt(context, user, requestId, [own, ...siblings]);
    const timeMs = context.time();
    const references = [made.reference];
    const state = RequestState.PENDING;
    transaction.putRow(made.row);
    transaction.put(
      records.requests,
      create(RequestSchema, { requestId, peer: user, outgoing: true, state, timeMs, references }),
    );
    outbox.add(transaction, outboxRow(Opcode.RTT, requestId, user, toBinary(RttSchema, rtt)));
  });
}

/** Says no to a request. */
export function refuse(context: Context, user: string): Promise<void> {
  return answer(context, user, 'incoming', (transaction, { requestId }) => {
    const body = toBinary(RefuseSchema, makeRefuse(context, user, requestId));
    context.outbox.add(transaction, outboxRow(Opcode.REFUSE, requestId, user, body));
  });
}

/** Takes back a request of one's own. An ACCEPT that was there first still counts. */
export function cancel(context: Context, user: string): Promise<void> {
  return answer(context, user, 'outgoing', (transaction, found) => takeBack(context, transaction, found));
}

/** From now on it is no consent, should the other one ask too. */
function takeBack(context: Context, transaction: Transaction, found: Request): void {
  const { requestId, peer } = found;
  transaction.put(context.records.requests, { ...found, state: RequestState.ANSWERED });
  const body = toBinary(CancelSchema, makeCancel(context, peer, requestId));
  context.outbox.add(transaction, outboxRow(Opcode.CANCEL, requestId, peer, body));
}

/** Says yes; the group is made as soon as the server can be asked for the user's devices. */
export function accept(context: Context, user: string): Promise<void> {
  return context.records.transact(async (transaction) => {
    const found = findPending(context, transaction, user, 'incoming');
    if (found === undefined)
      return tellError(context, transaction, 'unknown_request', `${user} does not ask to talk with you`, { user });
    markAccepted(context, transaction, found);
  });
}

/** Nothing of this user is shown any more, nothing is asked or accepted, and the server drops what they send. */
export function block(context: Context, user: string): Promise<void> {
  const { records, outbox } = context;
  return records.transact(async (transaction) => {
    const contact = transaction.get(records.contacts, user);
    const username = user;
    transaction.put(
      records.contacts,
      contact === undefined ? create(ContactSchema, { username, blocked: true }) : { ...contact, blocked: true },
    );
    for (const row of transaction.values(records.requests)) {
      if (row.peer !== user || row.state === RequestState.ANSWERED || row.state === RequestState.EXPIRED) continue;
      if (row.outgoing) takeBack(context, transaction, row);
      else forgetRequest(context, transaction, row);
    }
    const body = toBinary(SettingsSchema, create(SettingsSchema, { change: { case: 'block', value: user } }));
    outbox.add(transaction, { key: `block/${user}`, opcode: Opcode.SETTINGS, peer: user, body });
  });
}

async function answer(
  context: Context,
  user: string,
  direction: Direction,
  act: (transaction: Transaction, request: Request) => void,
): Promise<void> {
  const { records } = context;
  await records.transact(async (transaction) => {
    const found = findPending(context, transaction, user, direction);
    if (found === undefined) {
      const message = direction === 'incoming' ? `${user} does not ask to talk with you` : `you have no open request to ${user}`;
      return tellError(context, transaction, 'unknown_request', message, { user });
    }
    if (direction === 'incoming') transaction.put(records.requests, { ...found, state: RequestState.ANSWERED });
    act(transaction, found);
  });
}

export function markAccepted(context: Context, transaction: Transaction, found: Request): void {
  transaction.put(context.records.requests, { ...found, state: RequestState.ACCEPTING });
  transaction.effect(() => context.openGroup(toHex(found.requestId)));
}

type Direction = 'incoming' | 'outgoing';

export function findPending(context: Context, transaction: Transaction, user: string, direction: Direction): Request | undefined {
  return transaction.values(context.records.requests).find((row) => isPending(row, user, direction));
}

/** The same outside of a transaction: whether there is one, as it is stored. */
export function hasPending(context: Context, user: string, direction: Direction): boolean {
  return [...context.records.requests.rows.values()].some((row) => isPending(row, user, direction));
}

function isPending(row: Request, user: string, direction: Direction): boolean {
  return row.peer === user && row.state === RequestState.PENDING && row.outgoing === (direction === 'outgoing');
}

/** Whether this device waits for this user's answer. What a sibling is said to have asked is no word of the user's on this device. */
export function hasAsked(context: Context, transaction: Transaction, user: string): boolean {
  const ours = findPending(context, transaction, user, 'outgoing');
  return ours !== undefined && ours.references.length > 0;
}

export function outboxRow(opcode: Opcode, requestId: Uint8Array, peer: string, body: Uint8Array) {
  return { key: `${toHex(requestId)}/${opcode}`, opcode, requestId, peer, body };
}

/** Forgets a request, all but its id, and the private parts of the KeyPackages that went with one of ours. */
export function forgetRequest(context: Context, transaction: Transaction, found: Request): void {
  markSettled(context, transaction, found.requestId);
  if (found.state === RequestState.ACCEPTING) dropUnbound(context, transaction, found.peer);
  transaction.delete(context.records.requests, toHex(found.requestId));
  for (const reference of found.references) transaction.deleteRow('keypackage', reference);
}

/** Two who may talk now have nothing left to ask. What the outbox holds of it is settled by its own answer. */
export function settlePair(context: Context, transaction: Transaction, peer: string): void {
  for (const row of transaction.values(context.records.requests)) {
    if (row.peer === peer && row.state !== RequestState.ANSWERED) forgetRequest(context, transaction, row);
  }
}

/**
 * This one was taken by the server, in the place of what the user had asked before: nobody can accept that any more. Of a request of
 * this device and one of a sibling it is not known here which came first; the older one stays for its time.
 */
export function dropReplaced(context: Context, transaction: Transaction, newer: Request): void {
  const isOwn = newer.references.length > 0;
  for (const row of transaction.values(context.records.requests)) {
    if (row.state !== RequestState.EXPIRED || !row.outgoing || row.peer !== newer.peer) continue;
    if (row.references.length > 0 === isOwn && row.timeMs < newer.timeMs) forgetRequest(context, transaction, row);
  }
}

/** Puts a request into the tray. One a user, and as many as the server lets pend, those that have expired among them: the newest stay. */
export function keepIncoming(context: Context, transaction: Transaction, incoming: Request): void {
  const { requests } = context.records;
  const waiting = transaction
    .values(requests)
    .filter(({ outgoing, state }) => !outgoing && (state === RequestState.PENDING || state === RequestState.EXPIRED));
  const [oldest] = waiting;
  const replaced =
    waiting.find((row) => row.peer === incoming.peer) ?? (waiting.length >= MAX_PENDING_RECEIVED ? oldest : undefined);
  if (replaced !== undefined) transaction.delete(requests, toHex(replaced.requestId));
  transaction.put(requests, incoming);
}

/**
 * After 14 days a request is over for the user. The server counts from when it came, and an ACCEPT made in time may be read much later:
 * what is needed to join stays for that, or the two could never talk. Drops that of which nothing can come any more.
 */
export async function expireRequests(context: Context): Promise<void> {
  const { records } = context;
  const nowMs = context.time();
  await records.transact(async (transaction) => {
    for (const row of transaction.values(records.requests)) {
      const ageMs = nowMs - row.timeMs;
      const isOver = row.outgoing || row.state === RequestState.EXPIRED;
      if (isOver && ageMs > WELCOME_WAIT_MS) forgetRequest(context, transaction, row);
      else if (row.state === RequestState.PENDING && ageMs > REQUEST_LIFETIME_MS) {
        transaction.put(records.requests, { ...row, state: RequestState.EXPIRED, rtt: new Uint8Array(0) });
      }
    }
  });
}

export function showRequest(context: Context, user: string): void {
  const { environment, records } = context;
  const contact = records.contacts.rows.get(user);
  if (contact === undefined) return;
  context.emit({ event: 'request', from: user, safetyNumber: safetyNumberWith(environment.crypto, records.account, contact) });
}
