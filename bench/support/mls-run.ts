import { nodeCrypto } from '@parley/protocol/crypto/node';
import type { CryptoProvider as MlsCryptoProvider } from 'ts-mls';
import { createMls } from '../../packages/client/src/mls/adapter.ts';
import type { Mls } from '../../packages/client/src/mls/mls.ts';
import { nodeProvider } from '../../packages/client/src/mls/node-provider.ts';
import type { SuiteNumber } from '../../packages/client/src/mls/suites.ts';
import { webProvider } from '../../packages/client/src/mls/web-provider.ts';
import { device, pair } from '../../packages/client/test/mls/support.ts';

/** Ours is synchronous below its promises; the library's own is the reference. */
const PROVIDERS: Readonly<Record<ProviderName, MlsCryptoProvider>> = {
  'node:crypto': nodeProvider(nodeCrypto),
  WebCrypto: webProvider,
};
type ProviderName = 'node:crypto' | 'WebCrypto';

/** The reference comes last. */
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** How long each took, microseconds. */
export interface MlsTimes {
  readonly encrypt: number[];
  readonly decrypt: number[];
  /** Both of one message. */
  readonly message: number[];
  /** A KeyPackage, a group with its owner in it, and joining that. */
  readonly keyPackage: number[];
  readonly createGroup: number[];
  readonly join: number[];
  /** An update of one's own leaf, and taking in that of the other. */
  readonly commit: number[];
  readonly processCommit: number[];
}

export const MLS_STEPS = [
  'encrypt',
  'decrypt',
  'message',
  'keyPackage',
  'createGroup',
  'join',
  'commit',
  'processCommit',
] as const satisfies readonly (keyof MlsTimes)[];

export interface MlsWork {
  readonly suite: SuiteNumber;
  readonly provider: ProviderName;
  readonly messages: number;
  /** Of the text in each. */
  readonly bytes: number;
  readonly groups: number;
}

export async function measureMls({ suite, provider, messages, bytes, groups }: MlsWork): Promise<MlsTimes> {
  const mls = await createMls({ crypto: nodeCrypto, provider: PROVIDERS[provider], suite });
  const times: MlsTimes = {
    ...{ encrypt: [], decrypt: [], message: [], keyPackage: [], createGroup: [], join: [] },
    ...{ commit: [], processCommit: [] },
  };
  await talk(mls, 'x'.repeat(bytes), messages, times);
  for (let i = 0; i < groups; i += 1) await makeGroup(mls, times);
  return times;
}

/** Two devices, in turns. */
async function talk(mls: Mls, text: string, messages: number, times: MlsTimes): Promise<void> {
  const { alice, bob } = await pair(mls);
  for (let i = 0; i < messages; i += 1) {
    const [from, to] = i % 2 === 0 ? [alice, bob] : [bob, alice];
    const ciphertext = await timed(times.encrypt, () => from.send(text));
    const received = await timed(times.decrypt, () => to.receive(ciphertext));
    if (received.text !== text) throw new Error('what came is not what was sent');
    times.message.push((times.encrypt.at(-1) ?? 0) + (times.decrypt.at(-1) ?? 0));
  }
}

async function makeGroup(mls: Mls, times: MlsTimes): Promise<void> {
  const [alice, bob, nowMs] = [device('alice'), device('bob'), Date.now()];
  const { keyPackage, stored } = await timed(times.keyPackage, () => mls.createKeyPackage(bob, nowMs));
  const groupId = nodeCrypto.randomBytes(16);
  const made = await timed(times.createGroup, () => mls.createGroup(alice, groupId, [keyPackage], nowMs));
  const joined = await timed(times.join, () => mls.join(bob, made.welcome, [stored]));
  const { commit } = await timed(times.commit, () => mls.commitUpdate(made.state));
  await timed(times.processCommit, () => mls.processCommit(joined.state, commit));
}

async function timed<T>(times: number[], action: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await action();
  times.push((performance.now() - startMs) * 1_000);
  return result;
}
