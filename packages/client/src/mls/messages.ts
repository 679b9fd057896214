import { equalBytes, wipe } from '@parley/protocol';
import {
  type ClientState,
  createApplicationMessage,
  emptyPskIndex,
  encodeMlsMessage,
  type PrivateMessage,
  processPrivateMessage,
} from 'ts-mls';
import { authorOf } from './author.ts';
import type { MlsContext } from './context.ts';
import { decodeMessage } from './decoding.ts';
import { guarded } from './failures.ts';
import { HeldGroup, messageStep } from './held-group.ts';
import { type GroupState, MlsError, type MlsMember, type Step } from './mls.ts';
import { paddingFor } from './padding.ts';

export async function encrypt(
  { suite, config }: MlsContext,
  before: GroupState,
  plaintext: Uint8Array,
  authenticatedData: Uint8Array,
): Promise<Step & { ciphertext: Uint8Array }> {
  const state = HeldGroup.open(before);
  return guarded('refused', 'the message cannot be encrypted', async () => {
    const padded = { ...state, clientConfig: { ...config, paddingConfig: paddingFor(plaintext.length) } };
    const result = await createApplicationMessage(padded, plaintext, suite, authenticatedData);
    const { privateMessage } = result;
    const ciphertext = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
    return { ...messageStep(before, { ...result.newState, clientConfig: config }, result.consumed), ciphertext };
  });
}

/** @throws MlsError malformed, wrong_group, wrong_epoch, refused, cannot_decrypt */
export async function decrypt(
  { suite, authentication }: MlsContext,
  before: GroupState,
  ciphertext: Uint8Array,
): Promise<Step & { plaintext: Uint8Array; authenticatedData: Uint8Array; author: MlsMember; skipped: number }> {
  const state = HeldGroup.open(before);
  const message = openEnvelope(state, ciphertext, 'application');
  const known = message.epoch === state.groupContext.epoch || state.historicalReceiverData.has(message.epoch);
  if (!known) throw new MlsError('wrong_epoch', 'the epoch is not the current one or one of the last');
  return guarded('cannot_decrypt', 'the message does not open', async () => {
    const { leaf, skipped } = await authorOf(state, message, suite);
    const result = await processPrivateMessage(state, message, emptyPskIndex, suite, () => 'reject');
    if (result.kind !== 'applicationMessage') throw new MlsError('refused', 'not an application message');
    const plaintext = result.message.slice();
    wipe(result.message);
    const step = messageStep(before, result.newState, result.consumed);
    const { authenticatedData } = message;
    return { ...step, plaintext, authenticatedData, author: authentication.member(leaf), skipped };
  });
}

/** @throws MlsError malformed; refused for anything but a PrivateMessage */
export function readEpoch(bytes: Uint8Array): { groupId: Uint8Array; epoch: bigint } {
  const { groupId, epoch } = decodeMessage(bytes, 'mls_private_message').privateMessage;
  return { groupId: groupId.slice(), epoch };
}

/**
 * A PrivateMessage of this group with this kind of content. The library compares neither group nor epoch: a future epoch shows
 * as a failed decryption there.
 */
export function openEnvelope(state: ClientState, bytes: Uint8Array, contentType: PrivateMessage['contentType']): PrivateMessage {
  const { privateMessage } = decodeMessage(bytes, 'mls_private_message');
  if (!equalBytes(privateMessage.groupId, state.groupContext.groupId)) throw new MlsError('wrong_group', 'for another group');
  if (privateMessage.contentType !== contentType) throw new MlsError('refused', `not the content taken here (${contentType})`);
  return privateMessage;
}
