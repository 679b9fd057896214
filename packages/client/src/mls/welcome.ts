import { equalBytes, MAX_LEAVES, toHex, wipe } from '@parley/protocol';
import {
  createCommit,
  createGroup as createLibraryGroup,
  emptyPskIndex,
  encodeMlsMessage,
  joinGroup,
  type Welcome,
} from 'ts-mls';
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { leafWidth } from 'ts-mls/treemath.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import type { MlsContext } from './context.ts';
import { decodeAll, decodeMessage } from './decoding.ts';
import { guarded } from './failures.ts';
import { HeldGroup } from './held-group.ts';
import { generateKeyPackage, loadKeyPackage, type OwnKeyPackage, openKeyPackage } from './key-packages.ts';
import { type GroupState, type MlsDevice, MlsError, type StoredKeyPackage } from './mls.ts';
import { wipeWhatIsGone } from './secrets.ts';

/** One first commit adds everybody (RFC 9420, section 11); nobody else ever sees epoch 0, so it is wiped at once. */
export async function createGroup(
  context: MlsContext,
  device: MlsDevice,
  groupId: Uint8Array,
  keyPackages: readonly Uint8Array[],
  nowMs: number,
): Promise<{ state: GroupState; welcome: Uint8Array }> {
  const { suite, config } = context;
  if (keyPackages.length === 0) throw new MlsError('refused', 'a group of one member');
  if (keyPackages.length >= MAX_LEAVES) throw new MlsError('refused', 'a group of too many members');
  const opened = await Promise.all(keyPackages.map((bytes) => openKeyPackage(context, bytes, nowMs)));
  return guarded('refused', 'the group cannot be made', async () => {
    const own = await generateKeyPackage(context, device, nowMs);
    const alone = await createLibraryGroup(groupId.slice(), own.keyPackage, own.privateKeys, [], suite, config);
    const { newState, welcome } = await createCommit(
      { state: alone, cipherSuite: suite },
      {
        extraProposals: opened.map(({ keyPackage }) => ({ proposalType: 'add', add: { keyPackage } })),
        ratchetTreeExtension: true,
      },
    );
    if (welcome === undefined) throw new MlsError('refused', 'the group has no Welcome');
    const state = { ...newState, historicalReceiverData: new Map() };
    wipe(own.privateKeys.initPrivateKey);
    wipeWhatIsGone(alone, state);
    return { state: new HeldGroup(state), welcome: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome }) };
  });
}

/** @throws MlsError malformed, not_for_us, refused */
export async function join(
  context: MlsContext,
  device: MlsDevice,
  bytes: Uint8Array,
  keyPackages: readonly StoredKeyPackage[],
): Promise<{ state: GroupState; reference: string }> {
  const { welcome } = decodeMessage(bytes, 'mls_welcome');
  if (welcome.cipherSuite !== context.suite.name) throw new MlsError('refused', 'the Welcome is for another ciphersuite');
  if (welcome.secrets.length >= MAX_LEAVES) throw new MlsError('refused', 'a group of too many members');
  const references = new Set(welcome.secrets.map(({ newMember }) => toHex(newMember)));
  const stored = keyPackages.find(({ reference }) => references.has(reference));
  if (stored === undefined) throw new MlsError('not_for_us', 'the Welcome names none of our KeyPackages');
  const own = loadKeyPackage(stored.bytes, device);
  return guarded('refused', 'the Welcome does not hold', async () => {
    const { keyPackage, privateKeys } = own;
    const { suite, config } = context;
    checkOwner(context, device, own);
    await checkGroupInfo(context, welcome, own, stored.reference);
    const state = await joinGroup(welcome, keyPackage, privateKeys, emptyPskIndex, suite, undefined, undefined, config);
    return { state: new HeldGroup(state), reference: stored.reference };
  }).finally(() => wipe(own.privateKeys.initPrivateKey));
}

function checkOwner({ authentication }: MlsContext, device: MlsDevice, { keyPackage }: OwnKeyPackage): void {
  authentication.checkDevice(device);
  const { credential } = keyPackage.leafNode;
  if (!('identity' in credential) || !equalBytes(credential.identity, device.certificate)) {
    throw new MlsError('not_for_us', 'the KeyPackage is of another device');
  }
}

/**
 * What the library would take and we do not, before it does its work: GroupContext extensions (external senders among them),
 * pre-shared keys, a tree from elsewhere, and trees so large that to check them would take seconds.
 */
async function checkGroupInfo({ suite }: MlsContext, welcome: Welcome, own: OwnKeyPackage, reference: string): Promise<void> {
  const named = welcome.secrets.find(({ newMember }) => toHex(newMember) === reference);
  const initKey = await suite.hpke.importPrivateKey(own.privateKeys.initPrivateKey);
  const secrets = named && (await decryptGroupSecrets(initKey, named.newMember, welcome, suite.hpke));
  if (secrets === undefined || secrets.psks.length > 0) throw new MlsError('refused', 'the Welcome needs other secrets');
  const groupInfo = await decryptGroupInfo(welcome, secrets.joinerSecret, new Uint8Array(suite.kdf.size), suite);
  wipe(secrets.joinerSecret, ...(secrets.pathSecret === undefined ? [] : [secrets.pathSecret]));
  if (groupInfo === undefined) throw new MlsError('malformed', 'no GroupInfo');
  if (groupInfo.groupContext.extensions.length > 0) throw new MlsError('refused', 'the group has extensions');
  const [tree, ...others] = groupInfo.extensions;
  if (tree?.extensionType !== 'ratchet_tree' || others.length > 0)
    throw new MlsError('refused', 'the Welcome has not just its tree');
  const nodes = decodeAll(decodeRatchetTree, tree.extensionData, 'a ratchet tree');
  if (leafWidth(nodes.length) > MAX_LEAVES) throw new MlsError('refused', 'a group of too many members');
}
