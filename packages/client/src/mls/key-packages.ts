import {
  ByteReader,
  ByteWriter,
  equalBytes,
  KEY_PACKAGE_BACKDATE_MS,
  KEY_PACKAGE_LIFETIME_MS,
  MAX_KEY_PACKAGE,
  toHex,
  wipe,
} from '@parley/protocol';
import {
  type Capabilities,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  type KeyPackage,
  type Lifetime,
  type PrivateKeyPackage,
} from 'ts-mls';
import { makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js';
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import type { MlsContext } from './context.ts';
import { decodeMessage } from './decoding.ts';
import { guarded, guardedSync } from './failures.ts';
import { type MlsDevice, MlsError, type MlsMember, type NewKeyPackage } from './mls.ts';
import { SUITES } from './suites.ts';

/** KeyPackage extension `last_resort` (draft-ietf-mls-extensions): may be used more than once. */
const LAST_RESORT = 0x000a;

/** The same for every device: ts-mls's own default adds random values, which would tell devices apart. */
const CAPABILITIES: Capabilities = {
  versions: ['mls10'],
  ciphersuites: Object.values(SUITES),
  extensions: [LAST_RESORT],
  proposals: [],
  credentials: ['basic'],
};

const STORED_VERSION = 1;

export interface OwnKeyPackage {
  readonly keyPackage: KeyPackage;
  readonly privateKeys: PrivateKeyPackage;
}

/** @throws MlsError refused when the device's parts do not belong together */
export async function generateKeyPackage(
  { suite, authentication }: MlsContext,
  device: MlsDevice,
  nowMs: number,
  lastResort = false,
): Promise<OwnKeyPackage> {
  authentication.checkDevice(device);
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: device.certificate.slice() },
    CAPABILITIES,
    lifetimeFrom(nowMs),
    lastResort ? [{ extensionType: LAST_RESORT, extensionData: new Uint8Array() }] : [],
    { publicKey: device.signatureKey.slice(), signKey: device.signatureSecret.slice() },
    suite,
  );
  return { keyPackage: publicPackage, privateKeys: privatePackage };
}

function encodeKeyPackage(keyPackage: KeyPackage): Uint8Array {
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage });
}

/** @throws MlsError malformed; refused */
export async function openKeyPackage(
  { suite, authentication }: MlsContext,
  bytes: Uint8Array,
  nowMs: number,
): Promise<{ keyPackage: KeyPackage; member: MlsMember }> {
  const { keyPackage } = decodeMessage(bytes, 'mls_key_package', MAX_KEY_PACKAGE);
  return guarded('refused', 'the KeyPackage does not hold', async () => {
    const { leafNode } = keyPackage;
    check(keyPackage.version === 'mls10' && keyPackage.cipherSuite === suite.name, 'the KeyPackage is for another ciphersuite');
    check(supportsGroup(leafNode.capabilities, suite.name), 'the KeyPackage’s device does not support this kind of group');
    check(leafNode.extensions.length === 0, 'the leaf has extensions');
    check(keyPackage.extensions.every(isLastResort), 'the KeyPackage has unknown extensions');
    check(!equalBytes(keyPackage.initKey, leafNode.hpkePublicKey), 'init key and encryption key are the same');
    check(leafNode.leafNodeSource === 'key_package' && !isTooLong(leafNode.lifetime), 'the KeyPackage is valid for too long');
    const member = authentication.member(leafNode);
    check(await verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature), 'the leaf’s signature does not hold');
    check(await verifyKeyPackage(keyPackage, suite.signature), 'the KeyPackage’s signature does not hold');
    for (const key of [keyPackage.initKey, leafNode.hpkePublicKey]) await suite.hpke.importPublicKey(key);
    // Last: everything else about it is right.
    if (!isValid(leafNode.lifetime, nowMs)) throw new MlsError('not_now', 'the KeyPackage is not valid now');
    return { keyPackage, member };
  });
}

/** Public and private parts, for the vault: `version u8 | (length u32 | bytes) × 3`. The signature key is the device's. */
export async function storeKeyPackage({ suite }: MlsContext, own: OwnKeyPackage): Promise<NewKeyPackage> {
  const keyPackage = encodeKeyPackage(own.keyPackage);
  const writer = new ByteWriter(keyPackage.length + 128).u8(STORED_VERSION);
  for (const part of [keyPackage, own.privateKeys.initPrivateKey, own.privateKeys.hpkePrivateKey]) {
    writer.u32(part.length).bytes(part);
  }
  const reference = toHex(await makeKeyPackageRef(own.keyPackage, suite.hash));
  const stored = { reference, bytes: writer.finish().slice() };
  wipe(writer.finish(), own.privateKeys.initPrivateKey, own.privateKeys.hpkePrivateKey, own.privateKeys.signaturePrivateKey);
  return { keyPackage, stored };
}

/** @throws MlsError malformed */
export function loadKeyPackage(bytes: Uint8Array, device: MlsDevice): OwnKeyPackage {
  return guardedSync('malformed', 'not a stored KeyPackage', () => {
    const reader = new ByteReader(bytes);
    if (reader.u8() !== STORED_VERSION) throw new MlsError('malformed', 'a stored KeyPackage of another version');
    const [encoded, initPrivateKey, hpkePrivateKey] = [part(reader), part(reader), part(reader)];
    reader.end();
    const { keyPackage } = decodeMessage(encoded, 'mls_key_package', MAX_KEY_PACKAGE);
    return { keyPackage, privateKeys: { initPrivateKey, hpkePrivateKey, signaturePrivateKey: device.signatureSecret.slice() } };
  });
}

function part(reader: ByteReader): Uint8Array {
  return reader.take(reader.u32()).slice();
}

/** Seconds since 1970, as MLS counts. */
function lifetimeFrom(nowMs: number): Lifetime {
  const notBefore = seconds(Math.max(0, nowMs - KEY_PACKAGE_BACKDATE_MS));
  return { notBefore, notAfter: notBefore + seconds(KEY_PACKAGE_LIFETIME_MS) };
}

function isTooLong({ notBefore, notAfter }: Lifetime): boolean {
  return notAfter - notBefore > seconds(KEY_PACKAGE_LIFETIME_MS);
}

function isValid({ notBefore, notAfter }: Lifetime, nowMs: number): boolean {
  const now = seconds(nowMs);
  return notBefore <= now && now <= notAfter;
}

function seconds(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds / 1_000));
}

function supportsGroup({ versions, ciphersuites, credentials }: Capabilities, suite: KeyPackage['cipherSuite']): boolean {
  return versions.includes('mls10') && ciphersuites.includes(suite) && credentials.includes('basic');
}

function isLastResort({ extensionType }: KeyPackage['extensions'][number]): boolean {
  return extensionType === LAST_RESORT;
}

function check(condition: boolean, detail: string): void {
  if (!condition) throw new MlsError('refused', detail);
}
