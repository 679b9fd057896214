import assert from 'node:assert/strict';
import { ByteWriter, type CryptoProvider, concat, equalBytes, utf8 } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { type DeriveKey, openVaultKey, sealVaultKey } from '../../packages/client/src/vault/envelope.ts';
import { Sealer } from '../../packages/client/src/vault/sealing.ts';
import { type Row, VaultError } from '../../packages/client/src/vault/vault.ts';
import type { Prepared, Target } from '../engine/target.ts';
import { seededCrypto } from '../support/seeded-crypto.ts';

const VAULT_KEY = new Uint8Array(32).fill(1);
const ROW: Row = { collection: 'message', key: 'id', group: 'conversation', order: 7, value: utf8('said') };

const row: Target = {
  name: 'vault-row',
  decodes: ['Sealer'],
  refuses: [VaultError],
  maxLength: 600,
  prepare: () => {
    const sealer = new Sealer(seededCrypto(6), VAULT_KEY);
    const sealed = sealer.seal(ROW);
    return {
      run(box) {
        assert.deepEqual(sealer.open('message', { ...sealed, box }), ROW);
        assert.ok(equalBytes(box, sealed.box), 'forged');
      },
      seeds: [sealed.box],
    };
  },
};

/** The input is the plaintext of a row that opens. */
const rowSealed: Target = {
  name: 'vault-row-sealed',
  decodes: ['Sealer'],
  refuses: [VaultError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      const sealed = new Sealer(sealingInstead(input), VAULT_KEY).seal(ROW);
      const { key, group, value } = new Sealer(nodeCrypto, VAULT_KEY).open('message', sealed);
      assert.ok(utf8(key).length + utf8(group ?? '').length + value.length <= input.length);
    },
    seeds: [encodeRow('id', 'conversation', 'said'), encodeRow('', undefined, ''), encodeRow('id\ud800', 'ä', 'x'.repeat(200))],
    tokens: [Uint8Array.of(0xff), Uint8Array.of(0xc3, 0x28), Uint8Array.of(0, 0, 0xff, 0xff), Uint8Array.of(0xef, 0xbb, 0xbf)],
  }),
};

/** As sealing.ts lays it out. */
function encodeRow(key: string, group: string | undefined, value: string): Uint8Array {
  const writer = new ByteWriter().u16(utf8(key).length).bytes(utf8(key));
  if (group === undefined) writer.u8(0);
  else writer.u8(1).u16(utf8(group).length).bytes(utf8(group));
  return writer.u32(utf8(value).length).bytes(utf8(value)).finish();
}

/** Seals the given bytes whatever it is to seal. */
function sealingInstead(plaintext: Uint8Array): CryptoProvider {
  const { chacha20poly1305 } = nodeCrypto;
  return {
    ...nodeCrypto,
    chacha20poly1305: { ...chacha20poly1305, seal: (key, nonce, data) => chacha20poly1305.seal(key, nonce, data, plaintext) },
  };
}

/** What argon2 makes takes a tenth of a second; here it only has to depend on the same. */
const derive: DeriveKey = async (passphrase, salt, { memoryKiB, passes, parallelism }) => {
  assert.ok(memoryKiB <= 1_024 * 1_024 && passes <= 16 && parallelism === 1, 'a cost that takes the whole machine');
  return nodeCrypto.sha256(concat(utf8(`${passphrase} ${memoryKiB} ${passes} ${parallelism} `), salt));
};

/** mode u8 | envelope: with an even mode it gets the checksum that it needs. */
const envelope: Target = {
  name: 'vault-envelope',
  decodes: ['openVaultKey'],
  refuses: [VaultError],
  maxLength: 200,
  async prepare(): Promise<Prepared> {
    const sealed = await sealVaultKey(seededCrypto(7), derive, 'passphrase', VAULT_KEY);
    return {
      async run(input) {
        const content = input.subarray(1);
        const bytes = ((input[0] ?? 0) & 1) === 0 ? concat(content, nodeCrypto.sha256(content)) : content;
        assert.deepEqual(await openVaultKey(nodeCrypto, derive, 'passphrase', bytes), VAULT_KEY);
        assert.ok(equalBytes(bytes, sealed), 'forged');
      },
      seeds: [concat(Uint8Array.of(0), sealed.subarray(0, -32)), concat(Uint8Array.of(1), sealed)],
      tokens: [Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0, 16, 0, 0, 16, 1)],
    };
  },
};

export const targets = [row, rowSealed, envelope];
