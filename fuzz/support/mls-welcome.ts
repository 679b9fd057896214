import { ByteReader, ByteWriter, concat } from '@parley/protocol';
import { encodeMlsMessage } from 'ts-mls';
import { encryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { signWithLabel } from 'ts-mls/crypto/signature.js';
import { encodeGroupInfoTBS, extractWelcomeSecret } from 'ts-mls/groupInfo.js';
import { decodeGroupSecrets, encodeGroupSecrets } from 'ts-mls/groupSecrets.js';
import { decryptGroupInfo, decryptGroupSecrets, welcomeKey, welcomeNonce } from 'ts-mls/welcome.js';
import { decodeMessage } from '../../packages/client/src/mls/decoding.ts';
import { loadKeyPackage } from '../../packages/client/src/mls/key-packages.ts';
import { inside, type MlsScene } from './mls-scene.ts';

const SIGNATURE_LENGTH = Uint8Array.of(0x40, 64);

/**
 * A Welcome for bob whose parts open and whose signature holds, as whoever makes the group can make it (RFC 9420, section 12.4.3.1). The
 * input is `length u16 | GroupSecrets | GroupInfoTBS`.
 */
export async function sealedWelcome(scene: MlsScene, input: Uint8Array): Promise<Uint8Array> {
  const { suite } = scene;
  const reader = new ByteReader(input);
  const secrets = reader.take(reader.u16());
  const tbs = reader.rest();
  const signature = await signWithLabel(inside(scene.alice).signaturePrivateKey, 'GroupInfoTBS', tbs, suite.signature);
  const joinerSecret = decodeOrUndefined(secrets)?.joinerSecret ?? new Uint8Array(suite.kdf.size);
  const welcomeSecret = await extractWelcomeSecret(joinerSecret, new Uint8Array(suite.kdf.size), suite.kdf);
  const [key, nonce] = [await welcomeKey(welcomeSecret, suite), await welcomeNonce(welcomeSecret, suite)];
  const groupInfo = concat(tbs, SIGNATURE_LENGTH, signature);
  const encryptedGroupInfo = await suite.hpke.encryptAead(key, nonce, undefined, groupInfo);

  const { keyPackage } = decodeMessage(scene.keyPackage, 'mls_key_package');
  const initKey = await suite.hpke.importPublicKey(keyPackage.initKey);
  const { enc: kemOutput, ct: ciphertext } = await encryptWithLabel(initKey, 'Welcome', encryptedGroupInfo, secrets, suite.hpke);
  const newMember = Uint8Array.from(Buffer.from(scene.stored.reference, 'hex'));
  const welcome = {
    cipherSuite: suite.name,
    secrets: [{ newMember, encryptedGroupSecrets: { kemOutput, ciphertext } }],
    encryptedGroupInfo,
  };
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome });
}

/** What is in the real one, as `sealedWelcome` takes it. */
export async function contentOfWelcome(scene: MlsScene): Promise<Uint8Array> {
  const { suite, bobDevice } = scene;
  const { welcome } = decodeMessage(scene.welcome, 'mls_welcome');
  const { privateKeys } = loadKeyPackage(scene.stored.bytes, bobDevice);
  const initKey = await suite.hpke.importPrivateKey(privateKeys.initPrivateKey);
  const reference = Uint8Array.from(Buffer.from(scene.stored.reference, 'hex'));
  const secrets = await decryptGroupSecrets(initKey, reference, welcome, suite.hpke);
  if (secrets === undefined) throw new RangeError('no GroupSecrets');
  const groupInfo = await decryptGroupInfo(welcome, secrets.joinerSecret, new Uint8Array(suite.kdf.size), suite);
  if (groupInfo === undefined) throw new RangeError('no GroupInfo');
  const encoded = encodeGroupSecrets(secrets);
  return new ByteWriter().u16(encoded.length).bytes(encoded).bytes(encodeGroupInfoTBS(groupInfo)).finish();
}

function decodeOrUndefined(secrets: Uint8Array): { joinerSecret: Uint8Array } | undefined {
  try {
    return decodeGroupSecrets(secrets, 0)?.[0];
  } catch {
    return undefined;
  }
}
