import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { concat, fromHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { PROVIDERS } from '../providers.ts';
import { derivedInput, runXXhfs, type XXhfsVector } from './xxhfs.ts';

// There are no public vectors for XXhfs with ML-KEM. These were made once, with the web provider; they change only when the
// protocol does.
const FILE = join(import.meta.dirname, '../vectors/xxhfs.json');
const { vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as { vectors: XXhfsVector[] };

for (const initiator of PROVIDERS) {
  for (const responder of PROVIDERS) {
    describe(`XXhfs from ${initiator.name} to ${responder.name}`, () => {
      vectors.forEach((vector, index) => {
        it(`gives the bytes of frozen vector ${index + 1}`, () => {
          const payloads = vector.messages.map(({ payload }) => payload);
          assert.deepEqual(runXXhfs({ ...vector, payloads }, initiator, responder), vector);
        });
      });
    });
  }
}

describe('the frozen vectors', () => {
  it('have inputs that anybody can derive', () => {
    vectors.forEach((vector, index) => {
      const prologue = Buffer.from(vector.prologue, 'hex').toString();
      const { payloads: _, ...input } = derivedInput(nodeCrypto, index + 1, [], prologue);
      assert.deepEqual({ ...vector, ...input }, vector);
    });
  });

  it('begin with e and e1 in clear: 32 and 1,184 bytes', () => {
    for (const vector of vectors) {
      const first = vector.messages[0]!;
      const keys = concat(
        nodeCrypto.x25519.publicKey(fromHex(vector.init_ephemeral)),
        nodeCrypto.mlkem768.publicKey(fromHex(vector.init_kem_seed)),
      );
      assert.deepEqual(fromHex(first.ciphertext), concat(keys, fromHex(first.payload)));
    }
  });

  it('answer with 32 bytes of e, the encrypted ciphertext of 1,104, the encrypted key of 48, and the payload with its tag', () => {
    for (const vector of vectors) {
      const second = vector.messages[1]!;
      assert.equal(second.ciphertext.length / 2, 32 + 1_104 + 48 + second.payload.length / 2 + 16);
    }
  });
});
