import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import { AcceptSchema, type DeviceKeyPackage, RttSchema, type SignedDeviceList } from '@parley/protocol/wire';
import { ConversationState, type Request, RequestState } from '../gen/rows_pb.ts';
import { MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { siblingIds } from './account.ts';
import { makeAccept } from './consent.ts';
import { IdentityChangedError, InvalidConsentError } from './consent-errors.ts';
import { keepProof } from './consent-proof.ts';
import type { Context } from './context.ts';
import { askForUser, makeGroup } from './group-making.ts';
import { claimKeyPackages } from './key-packages.ts';
import { openConversation } from './open-conversation.ts';
import { noteChange, recogniseAs } from './pins.ts';
import { forgetRequest, outboxRow } from './requests.ts';
import { tellError } from './tell.ts';

/**
 * Carries out an acceptance: asks for the newest device list of the user who asked, makes the group with all their listed devices
 * and our own siblings in one commit, and sends the ACCEPT with its Welcome. Nothing is sent in the group before the ACCEPT has
 * its OK.
 */
export async function openGroup(context: Context, requestKey: string): Promise<void> {
  const { records } = context;
  const pending = records.requests.rows.get(requestKey);
  if (pending === undefined || pending.state !== RequestState.ACCEPTING) return;
  const reply = await askForUser(context, pending.peer);
  const siblings = await claimKeyPackages(context, records.account.username, siblingIds(context));
  // The client is ending; the next start goes on here.
  if (reply.kind === 'lost' || siblings === undefined) return;
  const devices = reply.kind === 'ok' && reply.ok.result.case === 'user' ? reply.ok.result.value.devices : undefined;
  await records.transact(async (transaction) => {
    const request = transaction.get(records.requests, requestKey);
    if (request === undefined || request.state !== RequestState.ACCEPTING) return;
    try {
      await transaction.attempt((inner) => make(context, inner, request, devices, siblings));
    } catch (error) {
      giveUp(context, transaction, request, error);
    }
  });
}

async function make(
  context: Context,
  transaction: Transaction,
  request: Request,
  devices: SignedDeviceList | undefined,
  siblings: readonly DeviceKeyPackage[],
): Promise<void> {
  const { records, outbox } = context;
  const asker = recogniseAs(context, transaction, request.peer, devices);
  const rtt = fromBinary(RttSchema, request.rtt);
  const group = await makeGroup(context, transaction, asker, rtt.keyPackages, siblings);
  const { conversation, suite } = group;
  const body = makeAccept(context, request.peer, request.requestId, group);
  transaction.putGroup(toHex(conversation), group.state);
  openConversation(context, transaction, { id: conversation, peer: request.peer, suite, state: ConversationState.OPENING });
  keepProof(context, transaction, request.peer, rtt);
  transaction.put(records.requests, { ...request, state: RequestState.ANSWERED });
  const row = outboxRow(Opcode.ACCEPT, request.requestId, request.peer, toBinary(AcceptSchema, body));
  outbox.add(transaction, { ...row, conversation });
}

/** The request cannot be accepted. It stays in the tray only where the user can do something about it. */
function giveUp(context: Context, transaction: Transaction, request: Request, error: unknown): void {
  if (error instanceof IdentityChangedError) {
    noteChange(context, transaction, error);
    transaction.put(context.records.requests, { ...request, state: RequestState.PENDING });
  } else if (error instanceof MlsError && error.reason === 'not_now') {
    // A request is pending for 14 days and a KeyPackage valid for 30: one of the two clocks is wrong.
    transaction.put(context.records.requests, { ...request, state: RequestState.PENDING });
    const why = `${error.message}: when the clocks are right, here and there, accept it again`;
    tellError(context, transaction, 'invalid_consent', `the request of ${request.peer} cannot be accepted now: ${why}`);
  } else if (error instanceof InvalidConsentError || error instanceof MlsError) {
    forgetRequest(context, transaction, request);
    const message = `the request of ${request.peer} cannot be accepted: ${error.message}`;
    tellError(context, transaction, 'invalid_consent', message, { user: request.peer });
  } else {
    throw error;
  }
}
