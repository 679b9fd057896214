import type { CiphersuiteImpl, ClientState, LeafNode, PrivateMessage } from 'ts-mls';
import type { EpochReceiverData } from 'ts-mls/epochReceiverData.js';
import { decryptSenderData } from 'ts-mls/privateMessage.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { MlsError } from './mls.ts';

interface Author {
  readonly leafIndex: number;
  readonly leaf: LeafNode;
  /** Application messages that its sender encrypted in this epoch before this one, and of which none was opened. */
  readonly skipped: number;
}

/**
 * Who signed a PrivateMessage: the leaf named in its encrypted sender data (RFC 9420, section 6.3.2), in the tree of its epoch.
 * ts-mls 1.6.4 checks the signature with that leaf's key but does not return it. The caller has seen that the epoch is known.
 * @throws MlsError cannot_decrypt
 */
export async function authorOf(state: ClientState, message: PrivateMessage, suite: CiphersuiteImpl): Promise<Author> {
  const { senderDataSecret, ratchetTree, secretTree } = epochOf(state, message.epoch);
  const senderData = await decryptSenderData(message, senderDataSecret, suite);
  if (senderData === undefined) throw new MlsError('cannot_decrypt', 'no sender data');
  const { leafIndex, generation } = senderData;
  const nodeIndex = leafToNodeIndex(toLeafIndex(leafIndex));
  const node = ratchetTree[nodeIndex];
  if (node?.nodeType !== 'leaf') throw new MlsError('cannot_decrypt', 'the sender is no member');
  // The generation that would be next. One below it is late, and was counted when a later one came first.
  const next = secretTree[nodeIndex]?.application.generation ?? 0;
  return { leafIndex, leaf: node.leaf, skipped: Math.max(0, generation - next) };
}

type Epoch = Pick<EpochReceiverData, 'senderDataSecret' | 'ratchetTree' | 'secretTree'>;

function epochOf(state: ClientState, epoch: bigint): Epoch {
  if (epoch === state.groupContext.epoch) {
    const { keySchedule, ratchetTree, secretTree } = state;
    return { senderDataSecret: keySchedule.senderDataSecret, ratchetTree, secretTree };
  }
  const past = state.historicalReceiverData.get(epoch);
  if (past === undefined) throw new MlsError('wrong_epoch', 'the epoch is not known');
  return past;
}
