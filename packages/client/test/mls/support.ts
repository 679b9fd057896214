import assert from 'node:assert/strict';
import { type DeviceSecrets, generateIdentity, type KeyPair, makeDevice } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { type CiphersuiteImpl, type ClientState, getCiphersuiteFromName } from 'ts-mls';
import { HeldGroup } from '../../src/mls/held-group.ts';
import { type GroupState, type Mls, type MlsDevice, MlsError, type MlsErrorReason } from '../../src/mls/mls.ts';
import { nodeProvider } from '../../src/mls/node-provider.ts';
import { SUITES, type SuiteNumber } from '../../src/mls/suites.ts';

export const NOW = Date.now();
export const DAY = 24 * 60 * 60 * 1_000;
export const GROUP = new TextEncoder().encode('0123456789abcdef');
export const ID = new TextEncoder().encode('message id 16 B.');

export interface TestDevice extends MlsDevice {
  readonly username: string;
  readonly identity: KeyPair;
  readonly deviceId: Uint8Array;
}

export function device(username: string, identity: KeyPair = generateIdentity(nodeCrypto), nowMs = NOW): TestDevice {
  return fromSecrets(username, identity, makeDevice(nodeCrypto, { username, identity, deviceName: 'test', nowMs }));
}

function fromSecrets(username: string, identity: KeyPair, made: DeviceSecrets): TestDevice {
  const { certificate, deviceId, signature } = made;
  return { username, identity, deviceId, certificate, signatureSecret: signature.secret, signatureKey: signature.publicKey };
}

/** The library itself, for what only a hostile client would make. */
export function library(suite: SuiteNumber): Promise<CiphersuiteImpl> {
  return nodeProvider(nodeCrypto).getCiphersuiteImpl(getCiphersuiteFromName(SUITES[suite]));
}

export function inside(state: GroupState): ClientState {
  return HeldGroup.open(state);
}

/** One end of a group that moves on by itself, as a client would. */
export class End {
  readonly mls: Mls;
  readonly device: TestDevice;
  state: GroupState;

  constructor(mls: Mls, who: TestDevice, state: GroupState) {
    this.mls = mls;
    this.device = who;
    this.state = state;
  }

  async send(text: string, id: Uint8Array = ID): Promise<Uint8Array> {
    const step = await this.mls.encrypt(this.state, new TextEncoder().encode(text), id);
    this.state = step.state;
    step.discard();
    return step.ciphertext;
  }

  async receive(ciphertext: Uint8Array): Promise<{ text: string; from: string; deviceId: Uint8Array }> {
    const step = await this.mls.decrypt(this.state, ciphertext);
    this.state = step.state;
    step.discard();
    const { username, deviceId } = step.author;
    return { text: new TextDecoder().decode(step.plaintext), from: username, deviceId };
  }

  async commit(): Promise<Uint8Array> {
    const step = await this.mls.commitUpdate(this.state);
    const installed = this.mls.install(step.state, this.state);
    this.state = installed.state;
    installed.discard();
    return step.commit;
  }

  async process(commit: Uint8Array): Promise<string> {
    const step = await this.mls.processCommit(this.state, commit);
    this.state = step.state;
    step.discard();
    return step.author.username;
  }

  restart(): void {
    this.state = this.mls.decode(this.mls.encode(this.state));
  }
}

/** The first device makes the group, all others join it. */
export async function group(mls: readonly Mls[], devices: readonly TestDevice[], groupId = GROUP): Promise<End[]> {
  const mlsOf = (i: number) => mls[i % mls.length] as Mls;
  const [creator, ...others] = devices;
  const packages = await Promise.all(others.map((other, i) => mlsOf(i + 1).createKeyPackage(other, NOW)));
  const published = packages.map(({ keyPackage }) => keyPackage);
  const { state, welcome } = await mlsOf(0).createGroup(creator as TestDevice, groupId, published, NOW);
  const ends = [new End(mlsOf(0), creator as TestDevice, state)];
  for (const [i, other] of others.entries()) {
    const stored = packages.map((made) => made.stored);
    const own = stored[i];
    assert.ok(own);
    const joined = await mlsOf(i + 1).join(other, welcome, [own]);
    ends.push(new End(mlsOf(i + 1), other, joined.state));
  }
  return ends;
}

export async function pair(mls: Mls, groupId = GROUP): Promise<{ alice: End; bob: End }> {
  const [alice, bob] = await group([mls], [device('alice'), device('bob')], groupId);
  assert.ok(alice && bob);
  return { alice, bob };
}

export function mlsError(reason: MlsErrorReason, detail = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MlsError, `not an MlsError: ${error}`);
    assert.equal(error.reason, reason, error.message);
    assert.match(error.message, detail);
    return true;
  };
}
