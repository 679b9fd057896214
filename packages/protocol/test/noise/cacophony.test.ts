import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CryptoProvider, fromHex, toHex, utf8 } from '@parley/protocol';
import { HandshakeState, type TransportKeys } from '../../src/noise/handshake-state.ts';
import { XX } from '../../src/noise/patterns.ts';
import { PROVIDERS } from '../providers.ts';
import { missing, readVectors } from '../public-vectors.ts';
import { pairOf, withFixedKeys } from './fixed-keys.ts';
import { patternNamed } from './patterns.ts';

const FILE = 'noise-cacophony/cacophony.txt';
const SUITE = '_25519_ChaChaPoly_SHA256';
const NOTHING = new Uint8Array(0);

interface Side {
  readonly prologue: Uint8Array;
  readonly psks: Uint8Array[];
  readonly ephemeral?: Uint8Array;
  readonly static?: Uint8Array;
  readonly remoteStatic?: Uint8Array;
}

interface Vector {
  readonly protocol_name: string;
  readonly handshake_hash: string;
  readonly messages: readonly { payload: string; ciphertext: string }[];
  readonly [field: string]: unknown;
}

for (const crypto of PROVIDERS) {
  describe(`Noise with provider ${crypto.name}`, { skip: missing(FILE) }, () => {
    if (missing(FILE)) return;
    const vectors = readVectors<{ vectors: Vector[] }>(FILE).vectors.filter(({ protocol_name }) => protocol_name.endsWith(SUITE));

    it('runs every public vector of its suite', () => assert.equal(vectors.length, 59));

    for (const vector of vectors) {
      it(`speaks ${vector.protocol_name}`, () => run(crypto, vector));
    }
  });
}

it('has XX as the public vectors have it', () => assert.deepEqual(XX, patternNamed('XX')));

function run(crypto: CryptoProvider, vector: Vector): void {
  const name = vector.protocol_name.slice('Noise_'.length, -SUITE.length);
  const pattern = patternNamed(name);
  assert.ok(pattern, `no pattern ${name}`);
  const start = (initiator: boolean) => {
    const side = sideOf(vector, initiator ? 'init' : 'resp');
    return new HandshakeState({
      crypto: withFixedKeys(crypto, side.ephemeral ? { e: side.ephemeral } : {}),
      pattern,
      protocolName: vector.protocol_name,
      initiator,
      prologue: side.prologue,
      psks: side.psks,
      ...(side.static && { s: pairOf(crypto.x25519, side.static) }),
      ...(side.remoteStatic && { rs: side.remoteStatic }),
    });
  };
  const initiator = start(true);
  const responder = start(false);
  let keys: { initiator: TransportKeys; responder: TransportKeys } | undefined;

  vector.messages.forEach(({ payload, ciphertext }, index) => {
    const fromInitiator = index % 2 === 0 || pattern.messages.length === 1;
    const plain = fromHex(payload);
    if (index < pattern.messages.length) {
      const [writer, reader] = fromInitiator ? [initiator, responder] : [responder, initiator];
      assert.equal(toHex(writer.writeMessage(plain)), ciphertext, `message ${index}`);
      assert.deepEqual(reader.readMessage(fromHex(ciphertext)), plain, `message ${index}`);
      return;
    }
    if (keys === undefined) {
      for (const state of [initiator, responder]) assert.equal(toHex(state.handshakeHash), vector.handshake_hash);
      keys = { initiator: initiator.split(), responder: responder.split() };
    }
    const [sender, receiver] = fromInitiator ? [keys.initiator, keys.responder] : [keys.responder, keys.initiator];
    assert.equal(toHex(sender.sending.encryptWithAd(NOTHING, plain)), ciphertext, `message ${index}`);
    assert.deepEqual(receiver.receiving.decryptWithAd(NOTHING, fromHex(ciphertext)), plain, `message ${index}`);
  });
  assert.ok(keys, 'the vector has transport messages');
}

function sideOf(vector: Vector, side: 'init' | 'resp'): Side {
  const bytes = (field: string) => {
    const hex = vector[`${side}_${field}`];
    return typeof hex === 'string' ? fromHex(hex) : undefined;
  };
  const [ephemeral, own, remote] = [bytes('ephemeral'), bytes('static'), bytes('remote_static')];
  return {
    prologue: bytes('prologue') ?? utf8(''),
    psks: ((vector[`${side}_psks`] ?? []) as string[]).map(fromHex),
    ...(ephemeral && { ephemeral }),
    ...(own && { static: own }),
    ...(remote && { remoteStatic: remote }),
  };
}
