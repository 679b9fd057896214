import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  AwaitingClientHello,
  type CryptoProvider,
  concat,
  DecryptError,
  type ErrorCode,
  ParleyError,
  startLogin,
  utf8,
} from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { webCrypto } from '@parley/protocol/crypto/web';
import { ClientLoginSchema } from '@parley/protocol/wire';
import { loginHandshake } from '../../src/channel/login.ts';
import { AwaitingServerHello } from '../../src/channel/login-client.ts';
import { AwaitingClientLogin } from '../../src/channel/login-server.ts';
import { pad } from '../../src/channel/padding.ts';
import { HandshakeState } from '../../src/noise/handshake-state.ts';
import { XXhfs } from '../../src/noise/patterns.ts';
import { withFixedKeys } from '../noise/fixed-keys.ts';
import { PROVIDERS } from '../providers.ts';
import { HELLO, LOGIN, logIn } from './pair.ts';

const NOTHING = new Uint8Array(0);

function refuses(action: () => unknown, ...codes: ErrorCode[]): void {
  assert.throws(action, (error) => error instanceof ParleyError && codes.includes(error.code));
}

function flip(bytes: Uint8Array, at: number, bit = at % 8): Uint8Array {
  const flipped = bytes.slice();
  flipped[at] = (flipped[at] as number) ^ (1 << bit);
  return flipped;
}

/** A login that is the same each time, so that one side can be repeated against a recorded other. */
function fixedLogin(crypto: CryptoProvider) {
  const clientKeys = crypto.x25519.generate();
  const serverKeys = crypto.x25519.generate();
  const clientCrypto = withFixedKeys(crypto, { e: crypto.randomBytes(32), e1: crypto.randomBytes(64) });
  const serverCrypto = withFixedKeys(crypto, { e: crypto.randomBytes(32), kem: crypto.randomBytes(32) });
  const client = () => startLogin(clientCrypto, { channelKey: clientKeys });
  const server = () => new AwaitingClientHello(serverCrypto, { channelKey: serverKeys });
  return { client, server };
}

for (const [clientCrypto, serverCrypto] of [
  [nodeCrypto, nodeCrypto],
  [webCrypto, webCrypto],
  [nodeCrypto, webCrypto],
  [webCrypto, nodeCrypto],
] as const) {
  describe(`login of a client on ${clientCrypto.name} at a server on ${serverCrypto.name}`, () => {
    it('tells both who the other is, and gives them one channel', () => {
      const { hello, login, serverKey, clientKey, clientKeys, serverKeys, client, server } = logIn(clientCrypto, serverCrypto);
      assert.deepEqual(hello, HELLO);
      assert.deepEqual(login, LOGIN);
      assert.deepEqual(serverKey, serverKeys.publicKey);
      assert.deepEqual(clientKey, clientKeys.publicKey);
      assert.equal(client.handshakeHash.length, 32);
      assert.deepEqual(client.handshakeHash, server.handshakeHash);

      server.queue(1, 0, Uint8Array.of(1, 2, 3));
      client.queue(5, 7, Uint8Array.of(4));
      assert.deepEqual(
        server.flush().flatMap((record) => client.open(record)),
        [{ opcode: 1, sequence: 0, body: Uint8Array.of(1, 2, 3) }],
      );
      assert.deepEqual(
        client.flush().flatMap((record) => server.open(record)),
        [{ opcode: 5, sequence: 7, body: Uint8Array.of(4) }],
      );
    });

    it('has messages of the sizes that docs/protocol.md says', () => {
      const [first, , third] = logIn(clientCrypto, serverCrypto).messages;
      assert.equal(first.length, 1_216);
      assert.equal(third.length, 32 + 16 + 2_048 + 16);
    });
  });
}

for (const crypto of PROVIDERS) {
  describe(`login with provider ${crypto.name}`, () => {
    it('pads every login to 2,048 bytes, and only a big registration to 4,096', () => {
      const sizeOf = (bytes: number) => {
        const clientVersion = 'x'.repeat(bytes);
        return logIn(crypto, crypto, create(ClientLoginSchema, { clientVersion })).messages[2].length - 32 - 16 - 16;
      };
      // A string of more than 127 bytes has a tag of one byte and a length of two; the padding's own length has two.
      assert.deepEqual([0, 2_048 - 5, 2_048 - 4, 4_096 - 5].map(sizeOf), [2_048, 2_048, 4_096, 4_096]);
      refuses(() => sizeOf(4_096 - 4), 'too_large');
    });

    it('gets other keys and another transcript each time', () => {
      const [a, b] = [logIn(crypto), logIn(crypto)];
      assert.notDeepEqual(a.client.handshakeHash, b.client.handshakeHash);
    });

    it('is Noise XXhfs with the prologue parley/1, and nothing else', () => {
      const client = (prologue: string, protocolName = 'Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256') =>
        new HandshakeState({
          crypto,
          pattern: XXhfs,
          protocolName,
          initiator: true,
          prologue: utf8(prologue),
          s: crypto.x25519.generate(),
        });
      const answer = (message: Uint8Array) =>
        new AwaitingClientHello(crypto, { channelKey: crypto.x25519.generate() }).receive(message, HELLO).message;
      const right = client('parley/1');
      right.readMessage(answer(right.writeMessage(NOTHING)));
      for (const wrong of [client('parley/2'), client('parley/1', 'Noise_XXhfs_25519+Kyber768_ChaChaPoly_SHA256')]) {
        const message = answer(wrong.writeMessage(NOTHING));
        assert.throws(() => wrong.readMessage(message), DecryptError);
      }
    });

    it('refuses 1.0 of any other size', () => {
      const { message } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
      const serverKeys = crypto.x25519.generate();
      for (const bytes of [NOTHING, message.subarray(0, 32), message.subarray(0, 1_215), concat(message, Uint8Array.of(0))]) {
        refuses(() => new AwaitingClientHello(crypto, { channelKey: serverKeys }).receive(bytes, HELLO), 'malformed');
      }
    });

    it('refuses a point of low order in 1.0', () => {
      const { message } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
      message.fill(0, 0, 32);
      refuses(
        () => new AwaitingClientHello(crypto, { channelKey: crypto.x25519.generate() }).receive(message, HELLO),
        'bad_record',
      );
    });

    it('refuses an encapsulation key in 1.0 that fails the modulus check', () => {
      const { message } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
      message.fill(0xff, 32, 64);
      refuses(
        () => new AwaitingClientHello(crypto, { channelKey: crypto.x25519.generate() }).receive(message, HELLO),
        'bad_record',
      );
    });

    it('answers flaw 03: meets a replayed 1.0 with another 1.1, and refuses the replayed 1.2', () => {
      const { client, server } = fixedLogin(crypto);
      const { message: first, next } = client();
      const recorded = server().receive(first, HELLO);
      const third = next.receive(recorded.message).next.login(LOGIN).message;
      recorded.next.receive(third);

      const replayed = new AwaitingClientHello(crypto, { channelKey: crypto.x25519.generate() }).receive(first, HELLO);
      assert.notDeepEqual(replayed.message, recorded.message);
      refuses(() => replayed.next.receive(third), 'bad_record');
    });

    it('refuses a 1.1 of another login', () => {
      const other = logIn(crypto).messages[1];
      refuses(() => startLogin(crypto, { channelKey: crypto.x25519.generate() }).next.receive(other), 'bad_record');
    });

    it('refuses messages that come back to who sent them', () => {
      const { client, server } = fixedLogin(crypto);
      const { message: first, next } = client();
      refuses(() => next.receive(first), 'bad_record', 'malformed');
      const second = server().receive(first, HELLO);
      refuses(() => second.next.receive(second.message), 'bad_record', 'malformed');
    });

    it('refuses truncated and lengthened messages', () => {
      const { client, server } = fixedLogin(crypto);
      const second = server().receive(client().message, HELLO).message;
      const third = client().next.receive(second).next.login(LOGIN).message;
      const cuts = (message: Uint8Array) => [
        ...[0, 1, 31, 32, 47, 48, 63, 64, message.length - 17, message.length - 1].map((length) => message.subarray(0, length)),
        concat(message, Uint8Array.of(0)),
        concat(message, new Uint8Array(65_536)),
      ];
      for (const cut of cuts(second)) refuses(() => client().next.receive(cut), 'malformed', 'bad_record');
      for (const cut of cuts(third))
        refuses(() => server().receive(client().message, HELLO).next.receive(cut), 'malformed', 'bad_record');
    });

    it('refuses a flipped bit in each byte of 1.0, 1.1 and 1.2', () => {
      // noble takes some 20 ms a handshake, so that it sees only a byte in each 97.
      const step = crypto.name === 'node' ? 1 : 97;
      const { client, server } = fixedLogin(crypto);
      const first = client().message;
      const second = server().receive(first, HELLO).message;
      const third = client().next.receive(second).next.login(LOGIN).message;
      for (let at = 0; at < first.length; at += step) {
        refuses(() => client().next.receive(server().receive(flip(first, at), HELLO).message), 'bad_record');
      }
      for (let at = 0; at < second.length; at += step) refuses(() => client().next.receive(flip(second, at)), 'bad_record');
      for (let at = 0; at < third.length; at += step) {
        refuses(() => server().receive(first, HELLO).next.receive(flip(third, at)), 'bad_record');
      }
    });

    it('uses each state once, also when it failed', () => {
      const { client, server } = fixedLogin(crypto);
      const waiting = server();
      refuses(() => waiting.receive(NOTHING, HELLO), 'malformed');
      const { message: first, next } = client();
      assert.throws(() => waiting.receive(first, HELLO), /left already/);

      const second = server().receive(first, HELLO);
      const ready = next.receive(second.message).next;
      assert.throws(() => next.receive(second.message), /left already/);
      const third = ready.login(LOGIN);
      assert.throws(() => ready.login(LOGIN), /left already/);

      refuses(() => second.next.receive(flip(third.message, 0)), 'bad_record');
      assert.throws(() => second.next.receive(third.message), /left already/);
    });

    describe('refuses payloads', () => {
      /** Message 1.2 with any payload. */
      const sendPayload = (payload: Uint8Array) => {
        const client = loginHandshake(crypto, true, crypto.x25519.generate());
        const server = new AwaitingClientHello(crypto, { channelKey: crypto.x25519.generate() });
        const { message, next } = server.receive(client.writeMessage(NOTHING), HELLO);
        client.readMessage(message);
        return next.receive(client.writeMessage(payload));
      };
      const padded = (...content: number[]) => pad(Uint8Array.from(content), 2_048);

      it('of 1.2 that have another size', () => {
        assert.equal(sendPayload(padded()).login.username, '');
        for (const size of [0, 1, 256, 2_047, 2_049, 4_095, 4_097]) refuses(() => sendPayload(new Uint8Array(size)), 'malformed');
      });

      it('whose length exceeds them', () => refuses(() => sendPayload(new Uint8Array(2_048).fill(0x08, 0, 1)), 'malformed'));
      it('whose padding is not zero', () => refuses(() => sendPayload(flip(padded(), 2_047)), 'malformed'));
      it('that are no ClientLogin', () => refuses(() => sendPayload(padded(0x0f)), 'malformed'));

      it('of 1.1 that are no ServerHello', () => {
        const { message, next } = startLogin(crypto, { channelKey: crypto.x25519.generate() });
        const server = loginHandshake(crypto, false, crypto.x25519.generate());
        server.readMessage(message);
        refuses(() => next.receive(server.writeMessage(pad(Uint8Array.of(0x0f), 256))), 'malformed');
      });
    });

    it('cannot be called out of order', () => {
      const handshake = (initiator: boolean) => loginHandshake(crypto, initiator, crypto.x25519.generate());
      assert.throws(() => handshake(false).writeMessage(NOTHING), /not the turn/);
      assert.throws(() => handshake(true).readMessage(NOTHING), /not the turn/);
      assert.throws(() => handshake(true).split(), /not finished/);
      const started = handshake(true);
      started.writeMessage(NOTHING);
      assert.throws(() => started.writeMessage(NOTHING), /not the turn/);
      assert.throws(() => started.split(), /not finished/);
      assert.throws(() => new AwaitingServerHello(handshake(true)).receive(NOTHING), /not the turn/);
      assert.throws(() => new AwaitingClientLogin(handshake(true)).receive(NOTHING), /not the turn/);
    });
  });
}
