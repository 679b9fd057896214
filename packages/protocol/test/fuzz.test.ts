import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DescMessage } from '@bufbuild/protobuf';
import {
  AwaitingClientHello,
  ByteReader,
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
import { FrameReader } from '../src/channel/frames.ts';
import { unpad } from '../src/channel/padding.ts';
import { RecordOpener } from '../src/channel/records.ts';
import { CipherState } from '../src/noise/cipher-state.ts';
import { HELLO, logIn } from './channel/pair.ts';

// Whatever arrives, a decoder returns a value or throws its own error: never another one, never without end.

const RUNS = { numRuns: 1_000 };
const anyBytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });

/** Bytes that look right at the start, as an attacker's would. */
const record = fc.tuple(fc.nat(300), anyBytes(300)).map(([n, bytes]) => Uint8Array.of(n >> 8, n, ...bytes));

function survives<T>(
  arbitrary: fc.Arbitrary<T>,
  decode: (input: T) => unknown,
  ...errors: (typeof DecodeError | typeof ParleyError)[]
): void {
  fc.assert(
    fc.property(arbitrary, (input) => {
      try {
        decode(input);
      } catch (error) {
        assert.ok(
          errors.some((known) => error instanceof known),
          error as Error,
        );
      }
    }),
    RUNS,
  );
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

  it('as a padded payload', () => survives(fc.oneof(record, anyBytes(300)), unpad, DecodeError));

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

  it('as a record', () =>
    survives(
      fc.oneof(anyBytes(400), fc.uint8Array({ minLength: 272, maxLength: 272 })),
      (bytes) => new RecordOpener(new CipherState(nodeCrypto, new Uint8Array(32))).open(bytes),
      ParleyError,
    ));

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

  for (const schema of Object.values<unknown>(wire).filter(isMessage)) {
    it(`as ${schema.name}`, () => survives(anyBytes(80), (bytes) => decodeMessage(schema, bytes), ParleyError));
  }
});

const SESSION = logIn(nodeCrypto);

function isMessage(value: unknown): value is DescMessage {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'message';
}
