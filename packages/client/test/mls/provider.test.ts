import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import fc from 'fast-check';
import { type CiphersuiteImpl, getCiphersuiteFromName } from 'ts-mls';
import { nodeProvider } from '../../src/mls/node-provider.ts';
import { SUITES, type SuiteName } from '../../src/mls/suites.ts';
import { webProvider } from '../../src/mls/web-provider.ts';

const bytes = (maxLength = 300) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

for (const name of Object.values(SUITES)) {
  describe(`the two providers of ${name}`, async () => {
    const node = await implementation(nodeProvider(nodeCrypto), name);
    const web = await implementation(webProvider, name);
    const size = node.kdf.size;
    const both: [CiphersuiteImpl, CiphersuiteImpl][] = [
      [node, web],
      [web, node],
    ];

    test('agree on sizes', () => {
      assert.equal(node.kdf.size, web.kdf.size);
      assert.equal(node.hpke.keyLength, web.hpke.keyLength);
      assert.equal(node.hpke.nonceLength, web.hpke.nonceLength);
    });

    test('agree on hash and MAC', async () => {
      await fc.assert(
        fc.asyncProperty(exactly(size), bytes(), async (key, data) => {
          assert.deepEqual(await node.hash.digest(data), await web.hash.digest(data));
          const mac = await node.hash.mac(key, data);
          assert.deepEqual(mac, await web.hash.mac(key, data));
          assert.equal(await node.hash.verifyMac(key, mac, data), true);
          mac[0]! ^= 1;
          assert.equal(await node.hash.verifyMac(key, mac, data), false);
          assert.equal(await node.hash.verifyMac(key, mac.subarray(1), data), false);
        }),
      );
    });

    test('agree on HKDF', async () => {
      await fc.assert(
        fc.asyncProperty(exactly(size), bytes(), fc.integer({ min: 1, max: 200 }), async (key, data, length) => {
          assert.deepEqual(await node.kdf.extract(key, data), await web.kdf.extract(key, data));
          assert.deepEqual(await node.kdf.expand(key, data, length), await web.kdf.expand(key, data, length));
        }),
      );
    });

    test('open each other’s AEAD ciphertexts, and none that was changed', async () => {
      await fc.assert(
        fc.asyncProperty(
          exactly(node.hpke.keyLength),
          exactly(12),
          bytes(),
          bytes(),
          fc.nat(),
          async (key, nonce, aad, text, at) => {
            const sealed = await node.hpke.encryptAead(key, nonce, aad, text);
            assert.deepEqual(sealed, await web.hpke.encryptAead(key, nonce, aad, text));
            assert.deepEqual(await node.hpke.decryptAead(key, nonce, aad, sealed), text);
            sealed[at % sealed.length]! ^= 1 + (at % 255);
            await assert.rejects(node.hpke.decryptAead(key, nonce, aad, sealed));
            await assert.rejects(node.hpke.decryptAead(key, nonce, aad, sealed.subarray(0, at % 16)));
          },
        ),
      );
    });

    test('derive the same HPKE key pairs', async () => {
      await fc.assert(
        fc.asyncProperty(exactly(size), async (seed) => {
          const [a, b] = [await node.hpke.deriveKeyPair(seed), await web.hpke.deriveKeyPair(seed)];
          assert.deepEqual(await node.hpke.exportPublicKey(a.publicKey), await web.hpke.exportPublicKey(b.publicKey));
          assert.deepEqual(await node.hpke.exportPrivateKey(a.privateKey), await web.hpke.exportPrivateKey(b.privateKey));
        }),
        { numRuns: 20 },
      );
    });

    for (const [from, to] of both) {
      const direction = from === node ? 'node to web' : 'web to node';

      test(`HPKE seals from ${direction}`, async () => {
        await fc.assert(
          fc.asyncProperty(bytes(), bytes(), bytes(), async (info, aad, text) => {
            const pair = await to.hpke.generateKeyPair();
            const publicKey = await from.hpke.importPublicKey(await to.hpke.exportPublicKey(pair.publicKey));
            const privateKey = await to.hpke.importPrivateKey(await to.hpke.exportPrivateKey(pair.privateKey));
            const { ct, enc } = await from.hpke.seal(publicKey, text, info, aad);
            assert.deepEqual(await to.hpke.open(privateKey, enc, ct, info, aad), text);
            await assert.rejects(to.hpke.open(privateKey, enc, ct, Uint8Array.of(...info, 1), aad));
          }),
          { numRuns: 20 },
        );
      });

      test(`HPKE exports from ${direction}`, async () => {
        const pair = await to.hpke.generateKeyPair();
        const publicKey = await from.hpke.importPublicKey(await to.hpke.exportPublicKey(pair.publicKey));
        const context = Uint8Array.of(1, 2, 3);
        const { enc, secret } = await from.hpke.exportSecret(publicKey, context, size, Uint8Array.of(4));
        assert.deepEqual(await to.hpke.importSecret(pair.privateKey, context, enc, size, Uint8Array.of(4)), secret);
      });

      test(`signatures go from ${direction}`, async () => {
        await fc.assert(
          fc.asyncProperty(exactly(32), bytes(), async (seed, message) => {
            const publicKey = nodeCrypto.ed25519.publicKey(seed);
            const signature = await from.signature.sign(seed, message);
            assert.equal(await to.signature.verify(publicKey, message, signature), true);
            signature[5]! ^= 1;
            assert.equal(await to.signature.verify(publicKey, message, signature), false);
          }),
          { numRuns: 20 },
        );
      });
    }

    test('refuse HPKE keys and encapsulations of a wrong length', async () => {
      const pair = await node.hpke.generateKeyPair();
      const publicKey = await node.hpke.exportPublicKey(pair.publicKey);
      for (const provider of [node, web]) {
        await assert.rejects(async () => {
          const key = await provider.hpke.importPublicKey(publicKey.subarray(1));
          await provider.hpke.seal(key, Uint8Array.of(1), Uint8Array.of(2));
        });
      }
      await assert.rejects(node.hpke.importPrivateKey(new Uint8Array(31)));
      const { ct, enc } = await node.hpke.seal(pair.publicKey, Uint8Array.of(1), Uint8Array.of(2));
      await assert.rejects(node.hpke.open(pair.privateKey, enc.subarray(1), ct, Uint8Array.of(2)));
      await assert.rejects(node.hpke.open(pair.publicKey as never, enc, ct, Uint8Array.of(2)), TypeError);
    });
  });
}

test('an HPKE key shows none of its bytes when it is printed', async () => {
  const node = await implementation(nodeProvider(nodeCrypto), SUITES[1]);
  const { privateKey } = await node.hpke.generateKeyPair();
  assert.equal(JSON.stringify(privateKey), '"[private key]"');
});

for (const provider of [nodeProvider(nodeCrypto), webProvider]) {
  test(`${provider === webProvider ? 'web' : 'node'}: refuses a ciphersuite that is not ours`, async () => {
    const other = getCiphersuiteFromName('MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519');
    await assert.rejects(provider.getCiphersuiteImpl(other), RangeError);
  });
}

function implementation(provider: ReturnType<typeof nodeProvider>, name: SuiteName): Promise<CiphersuiteImpl> {
  return provider.getCiphersuiteImpl(getCiphersuiteFromName(name));
}
