import assert from 'node:assert/strict';
import { makeDevice, utf8 } from '@parley/protocol';
import type { CiphersuiteImpl, ClientState } from 'ts-mls';
import { getCiphersuiteFromName } from 'ts-mls';
import { createMls } from '../../packages/client/src/mls/adapter.ts';
import { HeldGroup } from '../../packages/client/src/mls/held-group.ts';
import type { GroupState, Mls, MlsDevice, StoredKeyPackage } from '../../packages/client/src/mls/mls.ts';
import { nodeProvider } from '../../packages/client/src/mls/node-provider.ts';
import { SUITES } from '../../packages/client/src/mls/suites.ts';
import { seededCrypto } from './seeded-crypto.ts';

/** The suite of the product (docs/protocol.md, section 8). */
const SUITE = 83;
const GROUP = utf8('0123456789abcdef');
const DAY_MS = 86_400_000;
/** The library looks at the clock when it adds somebody: the scene is the same for a day. */
export const TODAY_MS = Date.now() - (Date.now() % DAY_MS);
export const MESSAGE_ID = utf8('message id 16 B.');

/** Two members of a group, in its second epoch for both, and what one of them has sent. */
export interface MlsScene {
  readonly mls: Mls;
  readonly suite: CiphersuiteImpl;
  readonly alice: GroupState;
  readonly bob: GroupState;
  readonly bobDevice: MlsDevice;
  /** Of bob, who has joined by it, and its Welcome. */
  readonly keyPackage: Uint8Array;
  readonly stored: StoredKeyPackage;
  readonly welcome: Uint8Array;
  /** Of alice to bob, none of them opened yet: one of the epoch before, one of this epoch, and the commit that ends it. */
  readonly pastMessage: Uint8Array;
  readonly message: Uint8Array;
  readonly commit: Uint8Array;
}

export async function mlsScene(): Promise<MlsScene> {
  const crypto = seededCrypto(5);
  const provider = nodeProvider(crypto);
  const mls = await createMls({ crypto, provider, suite: SUITE });
  const [aliceDevice, bobDevice] = [device(crypto, 'alice'), device(crypto, 'bob')];
  const { keyPackage, stored } = await mls.createKeyPackage(bobDevice, TODAY_MS);
  const created = await mls.createGroup(aliceDevice, GROUP, [keyPackage], TODAY_MS);
  const joined = await mls.join(bobDevice, created.welcome, [stored]);

  const past = await mls.encrypt(created.state, utf8('before'), MESSAGE_ID);
  const update = await mls.commitUpdate(past.state);
  const alice = mls.install(update.state, past.state).state;
  const bob = (await mls.processCommit(joined.state, update.commit)).state;
  const { ciphertext: message } = await mls.encrypt(alice, utf8('now'), MESSAGE_ID);
  const { commit } = await mls.commitUpdate(alice);
  const suite = await provider.getCiphersuiteImpl(getCiphersuiteFromName(SUITES[SUITE]));
  return {
    ...{ mls, suite, alice, bob, bobDevice, keyPackage, stored, message, commit },
    welcome: created.welcome,
    pastMessage: past.ciphertext,
  };
}

/** What the library holds of a member. */
export function inside(state: GroupState): ClientState {
  return HeldGroup.open(state);
}

/** Whatever came in between. */
export async function stillTalk({ mls, alice, bob, commit }: MlsScene): Promise<void> {
  const { ciphertext } = await mls.encrypt(alice, utf8('still'), MESSAGE_ID);
  assert.deepEqual((await mls.decrypt(bob, ciphertext)).plaintext, utf8('still'));
  assert.equal((await mls.processCommit(bob, commit)).author.username, 'alice');
}

function device(crypto: Parameters<typeof makeDevice>[0], username: string): MlsDevice {
  const identity = crypto.ed25519.generate();
  const { certificate, signature } = makeDevice(crypto, { username, identity, deviceName: 'one', nowMs: TODAY_MS });
  return { certificate, signatureSecret: signature.secret, signatureKey: signature.publicKey };
}
