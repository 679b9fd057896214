import assert from 'node:assert/strict';
import { ByteReader, DecodeError, equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '@parley/protocol';
import { pad, unpad } from '../../packages/protocol/src/channel/padding.ts';
import type { Target } from '../engine/target.ts';
import { textOf, tokensOf } from '../support/text.ts';

const CALLS = ['u8', 'u16', 'u24', 'u32', 'u64', 'rest', 'end', 'take'] as const;
const MOST_CALLS = 12;

/** n u8 | n calls, a byte each | what is read. `take` takes as many bytes as its number is above the others. */
const cursor: Target = {
  name: 'cursor',
  decodes: ['ByteReader'],
  refuses: [DecodeError],
  maxLength: 100,
  prepare: () => ({
    run(input) {
      const count = Math.min((input[0] ?? 0) % MOST_CALLS, Math.max(0, input.length - 1));
      const bytes = input.subarray(1 + count);
      const reader = new ByteReader(bytes);
      for (const call of input.subarray(1, 1 + count)) {
        const before = reader.remaining;
        const name = CALLS[call % CALLS.length] as (typeof CALLS)[number];
        const value = name === 'take' ? reader.take(call >> 3) : reader[name]();
        if (typeof value === 'number' || typeof value === 'bigint') {
          const hex = toHex(bytes.subarray(bytes.length - before, bytes.length - reader.remaining));
          assert.equal(BigInt(value), BigInt(`0x${hex}`));
        }
      }
      reader.end();
    },
    seeds: [
      Uint8Array.of(7, 0, 1, 2, 3, 4, 15, 6, ...new Uint8Array(20)),
      Uint8Array.of(2, 4, 6, ...new Uint8Array(8).fill(255)),
    ],
  }),
};

const hex: Target = {
  name: 'hex',
  decodes: ['fromHex'],
  refuses: [DecodeError],
  maxLength: 200,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      assert.equal(toHex(fromHex(text)), text.toLowerCase());
    },
    seeds: tokensOf('00ff', 'Deadbeef', '0'),
    tokens: tokensOf('0', 'fF', ' ', '0x'),
  }),
};

const base64url: Target = {
  name: 'base64url',
  decodes: ['fromBase64Url'],
  refuses: [DecodeError],
  maxLength: 200,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      assert.equal(toBase64Url(fromBase64Url(text)), text);
    },
    seeds: tokensOf('', 'AA', 'AB', '_-8', 'AAAA', 'QUJD', 'A'),
    tokens: tokensOf('=', '+', '/', '-', '_', 'AAAA'),
  }),
};

const padding: Target = {
  name: 'padding',
  decodes: ['unpad'],
  refuses: [DecodeError],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      assert.ok(equalBytes(pad(unpad(input), input.length), input));
    },
    seeds: [Uint8Array.of(0, 0), Uint8Array.of(0, 1, 7, 0, 0), pad(new Uint8Array(250).fill(9), 256), Uint8Array.of(255, 255, 1)],
  }),
};

export const targets = [cursor, hex, base64url, padding];
