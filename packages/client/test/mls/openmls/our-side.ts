import assert from 'node:assert/strict';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { createCommit, createGroup, emptyPskIndex, encodeMlsMessage, generateKeyPackageWithKey, joinGroup } from 'ts-mls';
import { Authentication } from '../../../src/mls/authentication.ts';
import { makeContext } from '../../../src/mls/context.ts';
import { decodeMessage } from '../../../src/mls/decoding.ts';
import { HeldGroup } from '../../../src/mls/held-group.ts';
import { generateKeyPackage, type OwnKeyPackage, storeKeyPackage } from '../../../src/mls/key-packages.ts';
import type { StoredKeyPackage } from '../../../src/mls/mls.ts';
import { nodeMls } from '../../../src/mls/node.ts';
import { End, library, NOW, type TestDevice } from '../support.ts';

/*
 * Where rules of ours keep a group with Wire's client from coming about, the library is used past them, with our provider, our
 * configuration and our authentication service. What is made that way is a group of our adapter from then on.
 */

const suite = await library(1);
const context = makeContext(1, suite, new Authentication(nodeCrypto));

/** `Mls.createGroup`, but that KeyPackages may be valid for longer than 30 days: Wire's are for 84, which cannot be changed. */
export async function createWith(
  creator: TestDevice,
  groupId: Uint8Array,
  keyPackages: readonly Uint8Array[],
): Promise<{ end: End; welcome: Uint8Array }> {
  const own = await generateKeyPackage(context, creator, NOW);
  const alone = await createGroup(groupId.slice(), own.keyPackage, own.privateKeys, [], suite, context.config);
  const { newState, welcome } = await createCommit(
    { state: alone, cipherSuite: suite },
    {
      extraProposals: keyPackages.map((bytes) => ({
        proposalType: 'add',
        add: { keyPackage: decodeMessage(bytes, 'mls_key_package').keyPackage },
      })),
      ratchetTreeExtension: true,
    },
  );
  assert.ok(welcome);
  const state = new HeldGroup({ ...newState, historicalReceiverData: new Map() });
  return {
    end: new End(await nodeMls(1), creator, state),
    welcome: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome }),
  };
}

/** A KeyPackage of ours that says it takes X.509 credentials too, which Wire's groups require of everybody. */
export async function willingKeyPackage(own: TestDevice): Promise<{ keyPackage: Uint8Array; made: OwnKeyPackage }> {
  const { keyPackage: strict } = await generateKeyPackage(context, own, NOW);
  const { credential, capabilities, leafNodeSource } = strict.leafNode;
  assert.ok(leafNodeSource === 'key_package');
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    credential,
    { ...capabilities, credentials: ['basic', 'x509'] },
    strict.leafNode.lifetime,
    [],
    { publicKey: own.signatureKey, signKey: own.signatureSecret.slice() },
    suite,
  );
  return {
    keyPackage: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_key_package', keyPackage: publicPackage }),
    made: { keyPackage: publicPackage, privateKeys: privatePackage },
  };
}

/** For our own `join`; what was made is of no use after it. */
export async function stored(made: OwnKeyPackage): Promise<StoredKeyPackage> {
  return (await storeKeyPackage(context, made)).stored;
}

/** `Mls.join`, but that the group's context may have extensions: Wire's name the capabilities they require. */
export async function joinWith(own: TestDevice, welcome: Uint8Array, { keyPackage, privateKeys }: OwnKeyPackage): Promise<End> {
  const decoded = decodeMessage(welcome, 'mls_welcome').welcome;
  const state = await joinGroup(decoded, keyPackage, privateKeys, emptyPskIndex, suite, undefined, undefined, context.config);
  return new End(await nodeMls(1), own, new HeldGroup(state));
}
