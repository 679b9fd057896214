import type { CryptoProvider } from '@parley/protocol';
import { getCiphersuiteFromName, getCiphersuiteImpl, type CryptoProvider as MlsCryptoProvider } from 'ts-mls';
import { Authentication } from './authentication.ts';
import { commitUpdate, install, processCommit } from './commits.ts';
import { type MlsContext, makeContext } from './context.ts';
import { decodeGroup, encodeGroup } from './encoding.ts';
import { guarded } from './failures.ts';
import { HeldGroup } from './held-group.ts';
import { generateKeyPackage, openKeyPackage, storeKeyPackage } from './key-packages.ts';
import { decrypt, encrypt, readEpoch } from './messages.ts';
import { type GroupInfo, type GroupState, type Mls, MlsError, type MlsMember } from './mls.ts';
import { DEFAULT_SUITE, SUITES, type SuiteNumber } from './suites.ts';
import { createGroup, join } from './welcome.ts';

interface MlsOptions {
  /** Ours: device certificates. */
  readonly crypto: CryptoProvider;
  /** The library's: everything inside MLS. */
  readonly provider: MlsCryptoProvider;
  /** Of the groups and KeyPackages this instance makes and takes. */
  readonly suite?: SuiteNumber;
}

/** `Mls` on ts-mls 1.6.4, for one ciphersuite. */
export async function createMls({ crypto, provider, suite = DEFAULT_SUITE }: MlsOptions): Promise<Mls> {
  const implementation = await getCiphersuiteImpl(getCiphersuiteFromName(SUITES[suite]), provider);
  const context = makeContext(suite, implementation, new Authentication(crypto));
  return {
    suite,
    createKeyPackage: (device, nowMs, options) =>
      guarded('refused', 'the KeyPackage cannot be made', async () =>
        storeKeyPackage(context, await generateKeyPackage(context, device, nowMs, options?.lastResort)),
      ),
    readKeyPackage: async (keyPackage, nowMs) => (await openKeyPackage(context, keyPackage, nowMs)).member,
    createGroup: (device, groupId, keyPackages, nowMs) => createGroup(context, device, groupId, keyPackages, nowMs),
    join: (device, welcome, keyPackages) => join(context, device, welcome, keyPackages),
    encrypt: (state, plaintext, authenticatedData) => encrypt(context, state, plaintext, authenticatedData),
    decrypt: (state, ciphertext) => decrypt(context, state, ciphertext),
    commitUpdate: (state) => commitUpdate(context, state),
    install,
    processCommit: (state, commit) => processCommit(context, state, commit),
    readEpoch,
    info: (state) => info(context, state),
    encode: (state) => encodeGroup(HeldGroup.open(state)),
    decode: (encoded) => {
      const state = decodeGroup(encoded, context.config);
      if (state.groupContext.cipherSuite !== SUITES[suite]) throw new MlsError('refused', 'a group of another ciphersuite');
      return new HeldGroup(state);
    },
  };
}

function info({ number, authentication }: MlsContext, held: GroupState): GroupInfo {
  const { groupContext, ratchetTree } = HeldGroup.open(held);
  const members: MlsMember[] = [];
  for (const node of ratchetTree) if (node?.nodeType === 'leaf') members.push(authentication.member(node.leaf));
  return { groupId: groupContext.groupId.slice(), epoch: groupContext.epoch, suite: number, members };
}
