import type { CiphersuiteImpl, ClientState, LeafNode, PrivateMessage, RatchetTree } from 'ts-mls';
import { decryptSenderData } from 'ts-mls/privateMessage.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { MlsError } from './mls.ts';

interface Author {
  readonly leafIndex: number;
  readonly leaf: LeafNode;
}

/**
 * Who signed a PrivateMessage: the leaf named in its encrypted sender data (RFC 9420, section 6.3.2), in the tree of its epoch.
 * ts-mls 1.6.4 checks the signature with that leaf's key but does not return it. The caller has seen that the epoch is known.
 * @throws MlsError cannot_decrypt
 */
export async function authorOf(state: ClientState, message: PrivateMessage, suite: CiphersuiteImpl): Promise<Author> {
  const { senderDataSecret, ratchetTree } = epochOf(state, message.epoch);
  const senderData = await decryptSenderData(message, senderDataSecret, suite);
  if (senderData === undefined) throw new MlsError('cannot_decrypt', 'no sender data');
  const { leafIndex } = senderData;
  const node = ratchetTree[leafToNodeIndex(toLeafIndex(leafIndex))];
  if (node?.nodeType !== 'leaf') throw new MlsError('cannot_decrypt', 'the sender is no member');
  return { leafIndex, leaf: node.leaf };
}

function epochOf(state: ClientState, epoch: bigint): { senderDataSecret: Uint8Array; ratchetTree: RatchetTree } {
  if (epoch === state.groupContext.epoch) {
    return { senderDataSecret: state.keySchedule.senderDataSecret, ratchetTree: state.ratchetTree };
  }
  const past = state.historicalReceiverData.get(epoch);
  if (past === undefined) throw new MlsError('wrong_epoch', 'the epoch is not known');
  return past;
}
