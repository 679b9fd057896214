import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DecodeError, DecryptError } from '@parley/protocol';
import { HandshakeState } from '../../src/noise/handshake-state.ts';
import { XX } from '../../src/noise/patterns.ts';
import { PROVIDERS } from '../providers.ts';

const NOTHING = new Uint8Array(0);

for (const crypto of PROVIDERS) {
  const start = (initiator: boolean) =>
    new HandshakeState({
      crypto,
      pattern: XX,
      protocolName: 'Noise_XX_25519_ChaChaPoly_SHA256',
      initiator,
      prologue: NOTHING,
      s: crypto.x25519.generate(),
    });

  describe(`a Noise handshake with provider ${crypto.name}`, () => {
    it('is over after a message that was not authentic', () => {
      const [initiator, responder] = [start(true), start(false)];
      responder.readMessage(initiator.writeMessage(NOTHING));
      const second = responder.writeMessage(NOTHING);
      const forged = second.slice();
      forged[40] = (forged[40] as number) ^ 1;
      assert.throws(() => initiator.readMessage(forged), DecryptError);
      assert.throws(() => initiator.readMessage(second), /not the turn/);
      assert.throws(() => initiator.writeMessage(NOTHING), /not the turn/);
      assert.throws(() => initiator.split(), /not finished/);
    });

    it('is over after a message that was too short or too long', () => {
      for (const length of [0, 31, 65_536]) {
        const responder = start(false);
        assert.throws(() => responder.readMessage(new Uint8Array(length).fill(9)), DecodeError);
        assert.throws(() => responder.readMessage(new Uint8Array(32).fill(9)), /not the turn/);
      }
    });

    it('refuses to write a message above 65,535 bytes', () => {
      assert.equal(start(true).writeMessage(new Uint8Array(65_535 - 32)).length, 65_535);
      assert.throws(() => start(true).writeMessage(new Uint8Array(65_535 - 31)), RangeError);
    });

    it('splits once', () => {
      const [initiator, responder] = [start(true), start(false)];
      responder.readMessage(initiator.writeMessage(NOTHING));
      initiator.readMessage(responder.writeMessage(NOTHING));
      responder.readMessage(initiator.writeMessage(NOTHING));
      assert.ok(initiator.finished && responder.finished);
      initiator.split();
      assert.throws(() => initiator.split(), /not finished/);
    });

    it('needs the keys that its pattern names', () => {
      const options = { crypto, pattern: XX, protocolName: 'x', prologue: NOTHING };
      const responder = new HandshakeState({ ...options, initiator: false });
      responder.readMessage(start(true).writeMessage(NOTHING));
      assert.throws(() => responder.writeMessage(NOTHING), /needs a key/);
    });
  });
}
