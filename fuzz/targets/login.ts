import { toBinary } from '@bufbuild/protobuf';
import { AwaitingClientHello, type CryptoProvider, concat, ParleyError, padme, startLogin } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { ClientLoginSchema, ServerHelloSchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { loginHandshake } from '../../packages/protocol/src/channel/login.ts';
import { pad } from '../../packages/protocol/src/channel/padding.ts';
import { HELLO, LOGIN } from '../../packages/protocol/test/channel/pair.ts';
import type { Target } from '../engine/target.ts';
import { encodingOf } from '../support/protobuf.ts';
import { behindTheTag, fillUp, plaintext } from '../support/sealed.ts';
import { seededCrypto } from '../support/seeded-crypto.ts';

const KEYS = { client: seededCrypto(1).x25519.generate(), server: seededCrypto(8).x25519.generate() };
/** The same client each time: its keys are fresh, but fixed. */
const client = () => startLogin(seededCrypto(2), { channelKey: KEYS.client });
const FIRST = client().message;

/** The same server each time, for the one that says `FIRST`: what it encapsulates for that key is worked out once. */
const server = () => new AwaitingClientHello(SERVER_CRYPTO, { channelKey: KEYS.server });
const ENCAPSULATED = seededCrypto(9).mlkem768.encapsulate(FIRST.subarray(32));
const SERVER_CRYPTO: CryptoProvider = {
  ...nodeCrypto,
  x25519: { ...nodeCrypto.x25519, generate: () => seededCrypto(9).x25519.generate() },
  mlkem768: {
    ...nodeCrypto.mlkem768,
    encapsulate: () => ({ ...ENCAPSULATED, sharedSecret: ENCAPSULATED.sharedSecret.slice() }),
  },
};
const SECOND = server().receive(FIRST, HELLO).message;
const THIRD = client().next.receive(SECOND).next.login(LOGIN).message;
const HELLO_BYTES = toBinary(ServerHelloSchema, HELLO);
const LOGIN_BYTES = toBinary(ClientLoginSchema, LOGIN);

const clientHello: Target = {
  name: 'login-1.0',
  decodes: ['AwaitingClientHello'],
  refuses: [ParleyError],
  maxLength: 1_300,
  prepare: () => ({
    run: (input) => void new AwaitingClientHello(nodeCrypto, { channelKey: KEYS.server }).receive(input, HELLO),
    // A key that is a point of low order, and one beyond the modulus.
    seeds: [
      FIRST,
      concat(new Uint8Array(32), FIRST.subarray(32)),
      concat(FIRST.subarray(0, 32), new Uint8Array(1_184).fill(255)),
    ],
    tokens: [new Uint8Array(32), Uint8Array.of(0xff, 0xff, 0xff), Uint8Array.of(0x01, 0x0d, 0xd0)],
    structured: fc
      .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(1_183), fc.nat(255))
      .map(([e, at, value]) => Uint8Array.of(...e, ...FIRST.subarray(32).with(at, value))),
  }),
};

const serverHello: Target = {
  name: 'login-1.1',
  decodes: ['AwaitingServerHello'],
  refuses: [ParleyError],
  maxLength: 2_400,
  prepare: () => ({ run: (input) => void client().next.receive(input), seeds: [SECOND] }),
};

/** The input is the payload of 1.1, filled up to a size it may have. */
const serverHelloSealed: Target = {
  name: 'login-1.1-sealed',
  decodes: ['AwaitingServerHello'],
  refuses: [ParleyError],
  maxLength: 2_048,
  prepare: () => ({
    run(input) {
      const { message, next } = client();
      const handshake = loginHandshake(nodeCrypto, false, KEYS.server);
      handshake.readMessage(message);
      const answer = handshake.writeMessage(fillUp(input, padme(Math.max(256, input.length))));
      behindTheTag(() => next.receive(answer));
    },
    seeds: [pad(HELLO_BYTES, HELLO_BYTES.length + 2)],
    structured: plaintext(encodingOf(ServerHelloSchema), 512, 1_536),
  }),
};

const clientLogin: Target = {
  name: 'login-1.2',
  decodes: ['AwaitingClientLogin'],
  refuses: [ParleyError],
  maxLength: 4_200,
  prepare: () => ({ run: (input) => void server().receive(FIRST, HELLO).next.receive(input), seeds: [THIRD] }),
};

/** The input is the payload of 1.2, filled up to a size it may have. */
const clientLoginSealed: Target = {
  name: 'login-1.2-sealed',
  decodes: ['AwaitingClientLogin'],
  refuses: [ParleyError],
  maxLength: 4_200,
  prepare: () => ({
    run(input) {
      const handshake = loginHandshake(seededCrypto(2), true, KEYS.client);
      const answer = server().receive(handshake.writeMessage(new Uint8Array(0)), HELLO);
      handshake.readMessage(answer.message);
      const size = input.length <= 2_048 ? 2_048 : input.length <= 4_096 ? 4_096 : input.length;
      const login = handshake.writeMessage(fillUp(input, size));
      behindTheTag(() => answer.next.receive(login));
    },
    seeds: [pad(LOGIN_BYTES, LOGIN_BYTES.length + 2), pad(LOGIN_BYTES, 4_097)],
    structured: plaintext(encodingOf(ClientLoginSchema), 2_048, 4_096, 2_112),
  }),
};

export const targets = [clientHello, serverHello, serverHelloSealed, clientLogin, clientLoginSealed];
