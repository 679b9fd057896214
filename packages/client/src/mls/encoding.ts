import { ByteReader, ByteWriter, PAST_EPOCHS } from '@parley/protocol';
import type { ClientConfig, ClientState, EpochReceiverData, RatchetTree } from 'ts-mls';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decodeGroupContext, groupContextEncoder } from 'ts-mls/groupContext.js';
import { decodeKeySchedule, encodeKeySchedule } from 'ts-mls/keySchedule.js';
import { decodePrivateKeyPath, privateKeyPathEncoder } from 'ts-mls/privateKeyPath.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { decodeSecretTree, secretTreeEncoder } from 'ts-mls/secretTree.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { decodeAll } from './decoding.ts';
import { guardedSync } from './failures.ts';
import { type EncodedGroup, MlsError } from './mls.ts';

const VERSION = 1;
const encodeGroupContext = encode(groupContextEncoder);
const encodeSecretTree = encode(secretTreeEncoder);
const encodePrivateKeyPath = encode(privateKeyPathEncoder);

/*
 * tree    = version u8 | epoch | confirmation tag | count u8 | past epoch × count
 *   epoch = group context | ratchet tree
 * secrets = version u8 | epoch u64 | key schedule | private keys | signature key | secret tree | count u8 | past × count
 *   past  = epoch u64 | sender data secret | resumption secret | secret tree
 * Parts without a size are `length u32 | bytes`, with the library's own encoding inside. The library's encoding of a whole state
 * has the trees of past epochs among what changes with every message.
 */

export function encodeGroup(state: ClientState): EncodedGroup {
  const tree = new ByteWriter(16_384).u8(VERSION);
  const secrets = new ByteWriter(4_096).u8(VERSION).u64(state.groupContext.epoch);
  put(tree, encodeGroupContext(state.groupContext), encodeRatchetTree(state.ratchetTree), state.confirmationTag);
  put(secrets, encodeKeySchedule(state.keySchedule), encodePrivateKeyPath(state.privatePath));
  put(secrets, state.signaturePrivateKey, encodeSecretTree(state.secretTree));
  tree.u8(state.historicalReceiverData.size);
  secrets.u8(state.historicalReceiverData.size);
  for (const [epoch, past] of state.historicalReceiverData) {
    put(tree, encodeGroupContext(past.groupContext), encodeRatchetTree(past.ratchetTree));
    put(secrets.u64(epoch), past.senderDataSecret, past.resumptionPsk, encodeSecretTree(past.secretTree));
  }
  return { tree: tree.finish().slice(), secrets: secrets.finish().slice() };
}

/** @throws MlsError malformed, also when the two parts are not of one state */
export function decodeGroup(encoded: EncodedGroup, clientConfig: ClientConfig): ClientState {
  return guardedSync('malformed', 'not a stored group', () => {
    const tree = new ByteReader(encoded.tree);
    const secrets = new ByteReader(encoded.secrets);
    if (tree.u8() !== VERSION || secrets.u8() !== VERSION) throw new MlsError('malformed', 'a stored group of another version');
    const epoch = secrets.u64();
    const state: ClientState = {
      groupContext: decodeAll(decodeGroupContext, part(tree), 'a group context'),
      ratchetTree: decodeAll(decodeRatchetTree, part(tree), 'a ratchet tree'),
      confirmationTag: part(tree).slice(),
      keySchedule: decodeAll(decodeKeySchedule, part(secrets), 'a key schedule'),
      privatePath: decodeAll(decodePrivateKeyPath, part(secrets), 'private keys'),
      signaturePrivateKey: part(secrets).slice(),
      secretTree: decodeAll(decodeSecretTree, part(secrets), 'a secret tree'),
      historicalReceiverData: decodeHistory(tree, secrets),
      unappliedProposals: {},
      groupActiveState: { kind: 'active' },
      clientConfig,
    };
    tree.end();
    secrets.end();
    if (state.groupContext.epoch !== epoch) throw new MlsError('malformed', 'tree and secrets of different epochs');
    checkShape(state.ratchetTree, state.secretTree.length);
    const own = state.ratchetTree[leafToNodeIndex(toLeafIndex(state.privatePath.leafIndex))];
    if (own?.nodeType !== 'leaf') throw new MlsError('malformed', 'no leaf of our own');
    return state;
  });
}

function decodeHistory(tree: ByteReader, secrets: ByteReader): Map<bigint, EpochReceiverData> {
  const count = tree.u8();
  if (count > PAST_EPOCHS || secrets.u8() !== count) throw new MlsError('malformed', 'not as many past epochs');
  const history = new Map<bigint, EpochReceiverData>();
  for (let i = 0; i < count; i++) {
    const groupContext = decodeAll(decodeGroupContext, part(tree), 'a group context');
    const ratchetTree = decodeAll(decodeRatchetTree, part(tree), 'a ratchet tree');
    if (secrets.u64() !== groupContext.epoch) throw new MlsError('malformed', 'tree and secrets of different epochs');
    const senderDataSecret = part(secrets).slice();
    const resumptionPsk = part(secrets).slice();
    const secretTree = decodeAll(decodeSecretTree, part(secrets), 'a secret tree');
    checkShape(ratchetTree, secretTree.length);
    history.set(groupContext.epoch, { groupContext, ratchetTree, senderDataSecret, resumptionPsk, secretTree });
  }
  return history;
}

/** A secret tree has a node for each node of its ratchet tree. */
function checkShape(ratchetTree: RatchetTree, secretNodes: number): void {
  if (ratchetTree.length !== secretNodes) throw new MlsError('malformed', 'trees of different sizes');
}

function put(writer: ByteWriter, ...parts: Uint8Array[]): void {
  for (const bytes of parts) writer.u32(bytes.length).bytes(bytes);
}

function part(reader: ByteReader): Uint8Array {
  return reader.take(reader.u32());
}
