import { concat } from '@parley/protocol';
import { encodeMlsMessage, type PrivateMessage } from 'ts-mls';
import { encode } from 'ts-mls/codec/tlsEncoder.js';
import { decryptSenderData, encryptSenderData, privateContentAADEncoder } from 'ts-mls/privateMessage.js';
import { consumeRatchet, ratchetToGeneration } from 'ts-mls/secretTree.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { decodeMessage } from '../../packages/client/src/mls/decoding.ts';
import { inside, MESSAGE_ID, type MlsScene } from './mls-scene.ts';

type ContentType = Extract<PrivateMessage['contentType'], 'application' | 'commit'>;

/** leaf u8 | generation u8: what the sender data say. Later generations differ in nothing but the time they take. */
const SENDER_BYTES = 2;
const ALICE_LEAF = 0;
const NOTHING = new Uint8Array(0);

/**
 * A PrivateMessage that opens, made with the keys of alice's first generation in this epoch (RFC 9420, section 6.3): the input is what the
 * sender data claim, then the PrivateMessageContent with its padding.
 */
export async function sealedContent(scene: MlsScene, contentType: ContentType, input: Uint8Array): Promise<Uint8Array> {
  const { suite } = scene;
  const { groupContext, secretTree, keySchedule } = inside(scene.alice);
  const [leafIndex = 0, generation = 0] = input;
  const node = leafToNodeIndex(toLeafIndex(ALICE_LEAF));
  const { key, nonce, reuseGuard } = await consumeRatchet(secretTree, node, contentType, suite);
  const { groupId, epoch } = groupContext;
  const authenticatedData = contentType === 'application' ? MESSAGE_ID : NOTHING;
  const aad = encode(privateContentAADEncoder)({ groupId, epoch, contentType, authenticatedData });
  const ciphertext = await suite.hpke.encryptAead(key, nonce, aad, input.subarray(SENDER_BYTES));
  const sender = { leafIndex, generation, reuseGuard };
  const encryptedSenderData = await encryptSenderData(
    keySchedule.senderDataSecret,
    sender,
    { groupId, epoch, contentType },
    ciphertext,
    suite,
  );
  const privateMessage = { groupId, epoch, contentType, authenticatedData, encryptedSenderData, ciphertext };
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_private_message', privateMessage });
}

/** What is in a real message of alice, as `sealedContent` takes it. */
export async function contentOf(scene: MlsScene, message: Uint8Array): Promise<Uint8Array> {
  const { suite } = scene;
  const { privateMessage } = decodeMessage(message, 'mls_private_message');
  const { groupId, epoch, contentType, authenticatedData, ciphertext } = privateMessage;
  const { secretTree, keySchedule } = inside(scene.alice);
  const sender = await decryptSenderData(privateMessage, keySchedule.senderDataSecret, suite);
  if (sender === undefined) throw new RangeError('no sender data');
  const { keyRetentionConfig } = inside(scene.bob).clientConfig;
  const { key, nonce } = await ratchetToGeneration(secretTree, sender, contentType, keyRetentionConfig, suite);
  const aad = encode(privateContentAADEncoder)({ groupId, epoch, contentType, authenticatedData });
  const content = await suite.hpke.decryptAead(key, nonce, aad, ciphertext);
  return concat(Uint8Array.of(sender.leafIndex, sender.generation), content);
}
