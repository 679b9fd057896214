import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { Nonces } from '../../src/vault/nonces.ts';

test('gives out no nonce twice, however many were drawn at once', () => {
  const nonces = new Nonces(nodeCrypto);
  const given = Array.from({ length: 2_000 }, () => nonces.next());
  for (const nonce of given) assert.equal(nonce.length, 12);
  assert.equal(new Set(given.map(toHex)).size, given.length);
});

test('gives out every byte that was drawn, and draws seldom', () => {
  let calls = 0;
  let byte = 0;
  const nonces = new Nonces({
    randomBytes: (length) => {
      calls += 1;
      return Uint8Array.from({ length }, () => byte++ % 251);
    },
  });
  const given = Array.from({ length: 600 }, () => [...nonces.next()]).flat();
  assert.deepEqual(
    given,
    Array.from({ length: given.length }, (_, index) => index % 251),
  );
  assert.equal(calls, 3);
});
