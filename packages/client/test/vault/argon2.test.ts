import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { describe, it } from 'node:test';
import { fromHex, toHex, utf8 } from '@parley/protocol';
import fc from 'fast-check';
import { argon2id } from 'hash-wasm';
import { deriveKey as nodeDeriveKey } from '../../src/vault/argon2.ts';
import { deriveKey as webDeriveKey } from '../../src/vault/argon2-web.ts';

/** Of the reference implementation (phc-winner-argon2, src/test.c), version 0x13: passphrase, salt, passes, KiB, tag. */
const REFERENCE = [
  ['password', 'somesalt', 2, 65_536, '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
  ['password', 'somesalt', 2, 256, '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe'],
  ['differentpassword', 'somesalt', 2, 65_536, '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde'],
  ['password', 'diffsalt', 2, 65_536, 'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c'],
] as const;

/** RFC 9106, section 5.3, but for its associated data, which hash-wasm has no parameter for: node:crypto stands for it below. */
const RFC_9106 = {
  message: new Uint8Array(32).fill(1),
  nonce: new Uint8Array(16).fill(2),
  secret: new Uint8Array(8).fill(3),
  memory: 32,
  passes: 3,
  parallelism: 4,
  tagLength: 32,
};

const providers = { 'node:crypto': nodeDeriveKey, 'hash-wasm': webDeriveKey };

for (const [name, deriveKey] of Object.entries(providers)) {
  describe(`argon2id of ${name}`, () => {
    for (const [passphrase, salt, passes, memoryKiB, tag] of REFERENCE) {
      it(`gives the tag of the reference for ${passphrase}, ${salt}, ${memoryKiB} KiB`, async () => {
        assert.equal(toHex(await deriveKey(passphrase, utf8(salt), { memoryKiB, passes, parallelism: 1 })), tag);
      });
    }
  });
}

describe('argon2id of both', () => {
  it('is that of RFC 9106, with a secret and in four lanes too', async () => {
    const associatedData = new Uint8Array(12).fill(4);
    assert.deepEqual(
      new Uint8Array(argon2Sync('argon2id', { ...RFC_9106, associatedData })),
      fromHex('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'),
    );
    const { message, nonce, secret, memory, passes, parallelism, tagLength } = RFC_9106;
    const tag = await argon2id({
      password: message,
      salt: nonce,
      secret,
      memorySize: memory,
      iterations: passes,
      parallelism,
      hashLength: tagLength,
      outputType: 'binary',
    });
    assert.deepEqual(tag, new Uint8Array(argon2Sync('argon2id', RFC_9106)));
  });

  it('gives the same bytes for any passphrase, salt and cost', async () => {
    const cost = fc.record({ memoryKiB: fc.integer({ min: 8, max: 512 }), passes: fc.integer({ min: 1, max: 4 }) });
    const passphrase = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(passphrase, fc.uint8Array({ minLength: 16, maxLength: 16 }), cost, async (text, salt, given) => {
        const [node, web] = await Promise.all(
          [nodeDeriveKey, webDeriveKey].map((deriveKey) => deriveKey(text, salt, { ...given, parallelism: 1 })),
        );
        assert.equal(toHex(web!), toHex(node!));
      }),
      { numRuns: 60 },
    );
  });
});
