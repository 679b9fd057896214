import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '../../src/crypto/node.ts';
import { safetyNumber } from '../../src/index.ts';
import { refusesAsMalformed } from './people.ts';

const alice = { username: 'alice', identityKey: Uint8Array.from({ length: 32 }, (_, index) => index) };
const bob = { username: 'bob', identityKey: new Uint8Array(32).fill(0xff) };
const number = (a = alice, b = bob) => safetyNumber(nodeCrypto, { version: 1, a, b });

describe('safety number', () => {
  // Frozen. Computed with Python's hashlib from the words of docs/protocol.md, not with this code.
  test('is what the specification says', () => {
    assert.equal(number(), '25750 25251 79383 99080 61967 77365 76375 35202 05036 10682 82607 04004');
  });
  test('is the same on both sides', () => assert.equal(number(bob, alice), number()));
  test('is 60 digits in groups of five', () => assert.match(number(), /^(\d{5} ){11}\d{5}$/));
  test('changes with a key', () => {
    const other = { ...bob, identityKey: new Uint8Array(32).fill(0xfe) };
    assert.notEqual(number(alice, other), number());
  });
  test('changes with a name', () => assert.notEqual(number(alice, { ...bob, username: 'bobby' }), number()));
  test('keeps one side’s half when the other’s key changes', () => {
    const half = number().split(' ').slice(0, 6).join(' ');
    const changed = number(alice, { ...bob, identityKey: new Uint8Array(32) });
    const changedToo = number({ ...alice, identityKey: new Uint8Array(32) }, bob);
    assert.ok([changed, changedToo].some((text) => text.includes(half)));
  });
  test('refuses a key of another length', () => refusesAsMalformed(() => number({ ...alice, identityKey: new Uint8Array(31) })));
  test('refuses what is no username', () => refusesAsMalformed(() => number({ ...alice, username: 'Alice' })));
});
