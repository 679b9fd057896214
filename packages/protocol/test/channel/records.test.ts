import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concat, fromHex, ParleyError, padme, RECORDS_PER_KEY, toHex } from '@parley/protocol';
import fc from 'fast-check';
import { pad } from '../../src/channel/padding.ts';
import { RecordOpener, RecordSealer } from '../../src/channel/records.ts';
import { CipherState } from '../../src/noise/cipher-state.ts';
import { PROVIDERS } from '../providers.ts';
import { logIn } from './pair.ts';

const NOTHING = new Uint8Array(0);

function refuses(action: () => unknown): void {
  assert.throws(action, (error) => error instanceof ParleyError && error.code === 'bad_record');
}

for (const crypto of PROVIDERS) {
  const key = crypto.randomBytes(32);
  const cipherAt = (number: number) => {
    const cipher = new CipherState(crypto, key.slice());
    cipher.setNonce(number);
    return cipher;
  };
  const sealerAt = (number: number) => new RecordSealer(cipherAt(number));
  const openerAt = (number: number) => new RecordOpener(cipherAt(number));
  const content = Uint8Array.of(1, 2, 3);
  const plaintext = pad(content, 256);

  describe(`records with provider ${crypto.name}`, () => {
    it('are opened in the order they were sealed', () => {
      const [sealer, opener] = [sealerAt(0), openerAt(0)];
      for (let i = 0; i < 5; i++) assert.deepEqual(opener.open(sealer.seal(pad(Uint8Array.of(i), 256))), Uint8Array.of(i));
    });

    it('have nonces of four zero bytes and the little-endian counter', () => {
      for (const [number, nonce] of [
        [0, '000000000000000000000000'],
        [258, '000000000201000000000000'],
        [2 ** 32 + 5, '000000000500000001000000'],
        [2 ** 53 - 2, '00000000feffffffffff1f00'],
      ] as const) {
        const expected = crypto.chacha20poly1305.seal(key, fromHex(nonce), NOTHING, plaintext);
        assert.deepEqual(sealerAt(number).seal(plaintext), expected, String(number));
      }
    });

    it('refuses a flipped bit in any byte', () => {
      const record = sealerAt(0).seal(plaintext);
      for (let at = 0; at < record.length; at++) {
        const flipped = record.slice();
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        refuses(() => openerAt(0).open(flipped));
      }
    });

    it('refuses a record that was replayed', () => {
      const record = sealerAt(0).seal(plaintext);
      const opener = openerAt(0);
      opener.open(record);
      refuses(() => opener.open(record));
    });

    it('refuses records in another order, and a record after one that is missing', () => {
      const sealer = sealerAt(0);
      sealer.seal(plaintext);
      const second = sealer.seal(plaintext);
      refuses(() => openerAt(0).open(second));
    });

    it('refuses records that were cut or lengthened', () => {
      const record = sealerAt(0).seal(plaintext);
      for (const bytes of [
        NOTHING,
        record.subarray(0, 15),
        record.subarray(0, 16),
        record.subarray(0, 271),
        concat(record, Uint8Array.of(0)),
      ]) {
        refuses(() => openerAt(0).open(bytes));
      }
    });

    it('refuses a length above what is there', () => {
      const bad = plaintext.slice();
      bad.set([0, 255]);
      refuses(() => openerAt(0).open(cipherAt(0).encryptWithAd(NOTHING, bad)));
      bad.set([0, 254]);
      assert.equal(openerAt(0).open(cipherAt(0).encryptWithAd(NOTHING, bad)).length, 254);
    });

    it('refuses padding that is not zero, at its first byte and its last', () => {
      for (const at of [5, 255]) {
        const bad = plaintext.slice();
        bad[at] = 1;
        refuses(() => openerAt(0).open(cipherAt(0).encryptWithAd(NOTHING, bad)));
      }
    });

    it('refuses sizes that are not a Padmé length from 256 to 63,488', () => {
      const open = (size: number) => openerAt(0).open(cipherAt(0).encryptWithAd(NOTHING, new Uint8Array(size)));
      for (const size of [256, 272, 63_488]) assert.deepEqual(open(size), NOTHING);
      for (const size of [0, 2, 255, 240, 257, 63_487, 65_536 - 32, 65_536]) refuses(() => open(size));
    });

    it('opens nothing more once a record failed', () => {
      const [sealer, opener] = [sealerAt(0), openerAt(0)];
      const good = sealer.seal(plaintext);
      const next = sealer.seal(plaintext);
      opener.open(good);
      refuses(() => opener.open(good));
      assert.throws(() => opener.open(next), /spent/);
    });

    it('answers flaw 09: change the key before each record whose number is a multiple of 65,536', () => {
      for (const k of [1, 2]) {
        const boundary = k * RECORDS_PER_KEY;
        const [sealer, opener] = [sealerAt(boundary - 1), openerAt(boundary - 1)];
        const before = sealer.seal(plaintext);
        const after = [sealer.seal(plaintext), sealer.seal(plaintext)];
        assert.deepEqual(before, cipherAt(boundary - 1).encryptWithAd(NOTHING, plaintext));

        // Noise Rekey: the first 32 bytes of 32 zeros sealed with nonce 2^64 - 1.
        const newKey = crypto.chacha20poly1305
          .seal(key, fromHex('00000000ffffffffffffffff'), NOTHING, new Uint8Array(32))
          .slice(0, 32);
        const rekeyed = new CipherState(crypto, newKey);
        rekeyed.setNonce(boundary);
        for (const record of after) assert.deepEqual(record, rekeyed.encryptWithAd(NOTHING, plaintext));

        for (const record of [before, ...after]) assert.deepEqual(opener.open(record), content);
      }
    });

    it('do not change the key before the first record', () => {
      assert.deepEqual(sealerAt(0).seal(plaintext), cipherAt(0).encryptWithAd(NOTHING, plaintext));
    });

    it('end with the counter, closed', () => {
      const cipher = cipherAt(Number.MAX_SAFE_INTEGER - 1);
      cipher.encryptWithAd(NOTHING, plaintext);
      assert.throws(() => cipher.encryptWithAd(NOTHING, plaintext), /spent/);
      assert.throws(() => cipher.decryptWithAd(NOTHING, plaintext), /spent/);
      assert.throws(() => cipher.rekey(), /spent/);
    });

    it('never go back in the counter', () => {
      const cipher = cipherAt(5);
      for (const nonce of [4, -1, 0.5, 2 ** 53]) assert.throws(() => cipher.setNonce(nonce), RangeError);
    });

    it('cannot be sealed or opened once the key is wiped', () => {
      const cipher = cipherAt(0);
      cipher.wipe();
      assert.throws(() => cipher.encryptWithAd(NOTHING, plaintext), /spent/);
      assert.throws(() => cipher.decryptWithAd(NOTHING, plaintext), /spent/);
    });
  });

  describe(`a channel with provider ${crypto.name}`, () => {
    it('answers flaw 08: refuses a record that is reflected to who sealed it', () => {
      const { client, server } = logIn(crypto);
      client.queue(5, 1, content);
      const [record = NOTHING] = client.flush();
      refuses(() => client.open(record));
      assert.equal(server.open(record).length, 1);
    });

    it('refuses a record of another session of the same devices', () => {
      const [one, other] = [logIn(crypto), logIn(crypto)];
      one.client.queue(5, 1, content);
      const [record = NOTHING] = one.client.flush();
      refuses(() => other.server.open(record));
    });

    it('answers flaw 01: opens nothing more after a bad record, but still says why', () => {
      const { client, server } = logIn(crypto);
      client.queue(5, 1, content);
      const [good = NOTHING] = client.flush();
      refuses(() => server.open(new Uint8Array(272)));
      refuses(() => server.open(good));
      server.queue(8, 0, content);
      assert.equal(server.flush().flatMap((record) => client.open(record)).length, 1);
    });

    it('seals and opens nothing once closed', () => {
      const { client, server } = logIn(crypto);
      client.queue(5, 1, content);
      const [record = NOTHING] = client.flush();
      for (const channel of [client, server]) channel.close();
      refuses(() => server.open(record));
      client.queue(5, 2, content);
      assert.deepEqual([client.flush(), client.queuedBytes], [[], 0]);
    });

    it('shows no key when it is printed', () => {
      const { client } = logIn(crypto);
      assert.deepEqual(Object.keys(client), ['handshakeHash']);
    });

    it('makes every short message look alike, and every record a Padmé length', () => {
      const { client } = logIn(crypto);
      const sizes = (length: number) => {
        client.queue(5, 1, new Uint8Array(length));
        return client.flush().map((record) => record.length - 16);
      };
      for (const length of [0, 1, 100, 246]) assert.deepEqual(sizes(length), [256]);
      assert.deepEqual(sizes(247), [272]);
      assert.deepEqual(sizes(63_478), [63_488]);
      assert.deepEqual(sizes(63_479), [63_488, 256]);
      fc.assert(
        fc.property(fc.nat(20_000), (length) => assert.deepEqual(sizes(length), [Math.max(256, padme(length + 10))])),
        { numRuns: 50 },
      );
    });

    it('answers flaw 27: says nothing on the wire about what is in it', () => {
      const { client, server } = logIn(crypto);
      client.queue(5, 1, new Uint8Array(200).fill(0x41));
      server.queue(5, 1, new Uint8Array(200).fill(0x41));
      const [a, b] = [client.flush(), server.flush()].map((records) => toHex(concat(...records)));
      assert.notEqual(a, b);
      assert.ok(!a?.includes('41414141'));
    });
  });
}
