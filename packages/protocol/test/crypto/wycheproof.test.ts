import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concat, DecryptError, fromHex, LowOrderPointError, toHex } from '@parley/protocol';
import { hkdf } from '../../src/noise/hkdf.ts';
import { PROVIDERS } from '../providers.ts';
import { missing, readVectors } from '../public-vectors.ts';

interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'acceptable' | 'invalid';
}
type Fields<Names extends string> = { readonly [Name in Names]: string };
interface File<Group, Test> {
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & Test)[] })[];
}

/** Runs `check` over every case of a file, and fails with the number of the case. */
function forEachCase<Group, Test>(name: string, check: (test: Case & Test, group: Group) => void): void {
  let cases = 0;
  for (const group of readVectors<File<Group, Test>>(fileOf(name)).testGroups) {
    for (const test of group.tests) {
      try {
        check(test, group);
      } catch (cause) {
        throw new Error(`case ${test.tcId} (${test.comment || test.flags.join(', ')}, ${test.result}) failed`, { cause });
      }
      cases++;
    }
  }
  assert.ok(cases > 0);
}

const fileOf = (name: string) => `wycheproof/${name}_test.json`;
const skip = (name: string) => ({ skip: missing(fileOf(name)) });

for (const crypto of PROVIDERS) {
  describe(`Wycheproof with provider ${crypto.name}`, () => {
    it('x25519', skip('x25519'), () => {
      forEachCase<object, Fields<'public' | 'private' | 'shared'>>('x25519', (test) => {
        const agree = () => crypto.x25519.sharedSecret(fromHex(test.private), fromHex(test.public));
        if (test.flags.includes('ZeroSharedSecret')) assert.throws(agree, LowOrderPointError);
        else assert.equal(toHex(agree()), test.shared);
      });
    });

    it('ed25519', skip('ed25519'), () => {
      forEachCase<{ readonly publicKey: { readonly pk: string } }, Fields<'msg' | 'sig'>>('ed25519', (test, { publicKey }) => {
        const verified = crypto.ed25519.verify(fromHex(publicKey.pk), fromHex(test.msg), fromHex(test.sig));
        assert.equal(verified, test.result === 'valid');
      });
    });

    it('chacha20_poly1305', skip('chacha20_poly1305'), () => {
      type Test = Fields<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag'>;
      forEachCase<{ readonly ivSize: number }, Test>('chacha20_poly1305', (test, { ivSize }) => {
        const [key, nonce, data, sealed] = [fromHex(test.key), fromHex(test.iv), fromHex(test.aad), fromHex(test.ct + test.tag)];
        const open = () => crypto.chacha20poly1305.open(key, nonce, data, sealed);
        if (ivSize !== 96) return assert.throws(open, RangeError);
        if (test.result === 'invalid') return assert.throws(open, DecryptError);
        assert.equal(toHex(open()), test.msg);
        assert.deepEqual(crypto.chacha20poly1305.seal(key, nonce, data, fromHex(test.msg)), sealed);
      });
    });

    it('hmac_sha256', skip('hmac_sha256'), () => {
      forEachCase<{ readonly tagSize: number }, Fields<'key' | 'msg' | 'tag'>>('hmac_sha256', (test, { tagSize }) => {
        const tag = crypto.hmacSha256(fromHex(test.key), fromHex(test.msg)).subarray(0, tagSize / 8);
        assert.equal(toHex(tag) === test.tag, test.result === 'valid');
      });
    });

    it('hkdf_sha256, as far as Noise uses HKDF: no info, at most 96 bytes', skip('hkdf_sha256'), () => {
      let ran = 0;
      forEachCase<object, Fields<'ikm' | 'salt' | 'info' | 'okm'> & { readonly size: number }>('hkdf_sha256', (test) => {
        if (test.info !== '' || test.size > 96) return;
        const output = concat(...hkdf(crypto, fromHex(test.salt), fromHex(test.ikm), 3)).subarray(0, test.size);
        assert.equal(toHex(output), test.okm);
        ran++;
      });
      assert.ok(ran > 0);
    });

    it('mlkem_768', skip('mlkem_768'), () => {
      forEachCase<object, Fields<'seed' | 'ek' | 'c' | 'K'>>('mlkem_768', (test) => {
        const [seed, ciphertext] = [fromHex(test.seed), fromHex(test.c)];
        const decapsulate = () => crypto.mlkem768.decapsulate(seed, ciphertext);
        if (test.result === 'invalid') return assert.throws(decapsulate, RangeError);
        assert.equal(toHex(crypto.mlkem768.publicKey(seed)), test.ek);
        assert.equal(toHex(decapsulate()), test.K);
      });
    });
  });
}
