import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DescMessage, toBinary } from '@bufbuild/protobuf';
import {
  AwaitingClientHello,
  ByteReader,
  concat,
  DecodeError,
  decodeMessage,
  fromBase64Url,
  fromHex,
  ParleyError,
  startLogin,
} from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import * as wire from '@parley/protocol/wire';
import fc from 'fast-check';
import { Channel } from '../src/channel/channel.ts';
import { FrameReader } from '../src/channel/frames.ts';
import { loginHandshake } from '../src/channel/login.ts';
import { pad, unpad, writeLength } from '../src/channel/padding.ts';
import { RecordOpener, RecordSealer } from '../src/channel/records.ts';
import { CipherState } from '../src/noise/cipher-state.ts';
import { HELLO, LOGIN, logIn } from './channel/pair.ts';

// Whatever arrives, a decoder returns a value or throws its own error: never another one, never without end.

const RUNS = { numRuns: 1_000 };
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });

/** Bytes that look right at the start, as an attacker's would. */
const record = fc.tuple(fc.nat(300), anyBytes(300)).map(([n, bytes]) => Uint8Array.of(n >> 8, n, ...bytes));

/** What a peer with the right keys could seal: well formed, with another length, with another byte, or any bytes. */
function plaintext(content: fc.Arbitrary<Uint8Array>, ...sizes: number[]): fc.Arbitrary<Uint8Array> {
  const changed = (size: number, change: (padded: Uint8Array, at: number, value: number) => void) =>
    fc.tuple(content, fc.nat(size - 1), fc.nat(0xffff)).map(([bytes, at, value]) => {
      const padded = pad(bytes, size);
      change(padded, at, value);
      return padded;
    });
  return fc.constantFrom(...sizes).chain((size) =>
    fc.oneof(
      { weight: 3, arbitrary: content.map((bytes) => pad(bytes, size)) },
      changed(size, (padded, _at, value) => writeLength(padded, value % (size + 8))),
      changed(size, (padded, at, value) => padded.fill(value, at, at + 1)),
      fc.uint8Array({ minLength: size, maxLength: size, size: 'max' }),
    ),
  );
}

const frames = fc
  .array(fc.tuple(fc.nat(255), fc.nat(3), anyBytes(60)), { maxLength: 3 })
  .map((list) => concat(...list.map(([opcode, more, body]) => concat(header(opcode, body.length + more), body))));
const header = (opcode: number, length: number) => Uint8Array.of(opcode, 0, 0, length, 0, 0, 0, 1);

/** The encoding of a message as it is, cut off, or with another byte. */
function almost(encoded: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(encoded.length - 1);
  return fc.oneof(
    fc.constant(encoded),
    at.map((end) => encoded.subarray(0, end)),
    fc.tuple(at, fc.nat(255)).map(([index, value]) => encoded.with(index, value)),
  );
}

/** @returns how often `decode` returned */
function survives<T>(
  arbitrary: fc.Arbitrary<T>,
  decode: (input: T) => unknown,
  ...errors: (typeof DecodeError | typeof ParleyError)[]
): number {
  let returned = 0;
  fc.assert(
    fc.property(arbitrary, (input) => {
      try {
        decode(input);
        returned++;
      } catch (error) {
        assert.ok(
          errors.some((known) => error instanceof known),
          error as Error,
        );
      }
    }),
    RUNS,
  );
  return returned;
}

/** Some of what was tried must be good, some not: else the property says nothing of what lies behind the tag. */
function isMixed(returned: number): void {
  assert.ok(returned > RUNS.numRuns / 50 && returned < RUNS.numRuns, `${returned} of ${RUNS.numRuns} were taken`);
}

describe('any bytes', () => {
  it('through the cursor', () => {
    const calls = ['u8', 'u16', 'u24', 'u32', 'u64', 'rest', 'end'] as const;
    survives(
      fc.tuple(anyBytes(40), fc.array(fc.constantFrom(...calls), { maxLength: 12 })),
      ([bytes, names]) => {
        const reader = new ByteReader(bytes);
        for (const name of names) reader[name]();
      },
      DecodeError,
    );
  });

  it('as hexadecimal and base64url', () => {
    survives(fc.string({ unit: 'binary' }), fromHex, DecodeError);
    survives(fc.string({ unit: 'binary' }), fromBase64Url, DecodeError);
  });

  it('as a padded payload', () => {
    survives(fc.oneof(record, anyBytes(300)), unpad, DecodeError);
  });

  it('as a frame stream', () => {
    survives(
      fc.array(anyBytes(200), { maxLength: 10 }),
      (pieces) => {
        const reader = new FrameReader();
        for (const piece of pieces) reader.read(piece);
      },
      ParleyError,
    );
  });

  it('as a record', () => {
    survives(
      fc.oneof(anyBytes(400), fc.uint8Array({ minLength: 272, maxLength: 272 })),
      (bytes) => new RecordOpener(new CipherState(nodeCrypto, new Uint8Array(32))).open(bytes),
      ParleyError,
    );
  });

  it('sealed in records', () => {
    const cipher = (key: number) => new CipherState(nodeCrypto, new Uint8Array(32).fill(key));
    const returned = survives(
      fc.array(plaintext(fc.oneof(frames, anyBytes(240)), 256, 264, 288), { minLength: 1, maxLength: 3 }),
      (plaintexts) => {
        const sealer = new RecordSealer(cipher(1));
        const channel = new Channel({ sending: cipher(2), receiving: cipher(1) }, new Uint8Array(32));
        for (const bytes of plaintexts) behindTheTag(() => channel.open(sealer.seal(bytes)));
      },
      ParleyError,
    );
    isMixed(returned);
  });

  it('as 1.0', () => {
    const e1 = nodeCrypto.mlkem768.generate().publicKey;
    const hello = fc.oneof(
      anyBytes(1_300),
      fc.uint8Array({ minLength: 1_216, maxLength: 1_216 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((e) => Uint8Array.of(...e, ...e1)),
    );
    survives(
      hello,
      (bytes) => new AwaitingClientHello(nodeCrypto, { channelKey: SESSION.serverKeys }).receive(bytes, HELLO),
      ParleyError,
    );
  });

  it('as 1.1', () => {
    survives(
      anyBytes(2_000),
      (bytes) => startLogin(nodeCrypto, { channelKey: SESSION.clientKeys }).next.receive(bytes),
      ParleyError,
    );
  });

  it('as 1.2', () => {
    const [first] = SESSION.messages;
    survives(
      anyBytes(2_200),
      (bytes) =>
        new AwaitingClientHello(nodeCrypto, { channelKey: SESSION.serverKeys }).receive(first, HELLO).next.receive(bytes),
      ParleyError,
    );
  });

  it('sealed in 1.1', () => {
    const content = fc.oneof({ weight: 3, arbitrary: almost(toBinary(wire.ServerHelloSchema, HELLO)) }, anyBytes(1_000));
    const returned = survives(
      plaintext(content, 1_536),
      (bytes) => {
        const client = startLogin(nodeCrypto, { channelKey: SESSION.clientKeys });
        const server = loginHandshake(nodeCrypto, false, SESSION.serverKeys);
        server.readMessage(client.message);
        const message = server.writeMessage(bytes);
        behindTheTag(() => client.next.receive(message));
      },
      ParleyError,
    );
    isMixed(returned);
  });

  it('sealed in 1.2', () => {
    const content = fc.oneof({ weight: 3, arbitrary: almost(toBinary(wire.ClientLoginSchema, LOGIN)) }, anyBytes(1_000));
    const returned = survives(
      plaintext(content, 2_048, 4_096, 2_112),
      (bytes) => {
        const client = loginHandshake(nodeCrypto, true, SESSION.clientKeys);
        const hello = client.writeMessage(new Uint8Array(0));
        const server = new AwaitingClientHello(nodeCrypto, { channelKey: SESSION.serverKeys }).receive(hello, HELLO);
        client.readMessage(server.message);
        const message = client.writeMessage(bytes);
        behindTheTag(() => server.next.receive(message));
      },
      ParleyError,
    );
    isMixed(returned);
  });

  for (const schema of Object.values<unknown>(wire).filter(isMessage)) {
    it(`as ${schema.name}`, () => {
      survives(anyBytes(80), (bytes) => decodeMessage(schema, bytes), ParleyError);
    });
  }
});

const SESSION = logIn(nodeCrypto);

/** What was sealed with the right key is authentic: it must never be refused for its tag. */
function behindTheTag(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof ParleyError && !/does not open|decryption failed/.test(error.message), error as Error);
    throw error;
  }
}

function isMessage(value: unknown): value is DescMessage {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'message';
}
