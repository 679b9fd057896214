import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteReader, DecodeError, equalBytes, utf8 } from '@parley/protocol';
import fc from 'fast-check';
import { deriveKey } from '../../packages/client/src/vault/argon2.ts';
import type { DeriveKey } from '../../packages/client/src/vault/envelope.ts';
import { createVault, openVault } from '../../packages/client/src/vault/sqlite.ts';
import { type Row, VaultError } from '../../packages/client/src/vault/vault.ts';
import type { Prepared, Target } from '../engine/target.ts';

const PASSPHRASE = 'passphrase';
const MESSAGES = 40;
const rowOf = (order: number): Row => ({
  collection: 'message',
  key: `id ${order}`,
  group: 'conversation',
  order,
  value: utf8(`message ${order} `.repeat(1 + (order % 20))),
});

/**
 * how u8 | changes: offset u24, value u8. Changes bytes of the file of a vault, or with bit 0 of its write-ahead log; with bit 1 it is cut at
 * the first offset. Then the vault is opened and read as the client does. Each input is a file, so a million of them are hours.
 */
const file: Target = {
  name: 'vault-file',
  decodes: ['openVault', 'openDatabase'],
  refuses: [VaultError, DecodeError],
  maxLength: 41,
  quickRuns: 60,
  async prepare(): Promise<Prepared> {
    // In memory where there is such a folder: what is fuzzed is reading, not a disk.
    const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'parley-fuzz-'));
    const path = join(folder, 'a.vault');
    const good = await makeFiles(path);
    const derive = remembered(deriveKey);
    await openVault(path, PASSPHRASE, derive).then((vault) => vault.close());
    return {
      async run(input) {
        const changed = change(input, good);
        writeFileSync(path, changed.database);
        writeFileSync(`${path}-wal`, changed.log);
        const vault = await openVault(path, PASSPHRASE, derive);
        try {
          const rows = await vault.scan('message', { group: 'conversation' });
          // Rows may be missing. What is there is what was written.
          for (const row of rows) assert.deepEqual(row, rowOf(row.order ?? -1));
          const found = await vault.get('message', 'id 3');
          assert.ok(found === undefined || equalBytes(found, rowOf(3).value));
          await vault.write([{ put: rowOf(MESSAGES) }]);
        } finally {
          await vault.close();
        }
      },
      seeds: [
        Uint8Array.of(0),
        Uint8Array.of(0, 0, 0, 18, 1),
        Uint8Array.of(1, 0, 0, 4, 1),
        Uint8Array.of(3, 0, 0x20, 0, 0),
        Uint8Array.of(2, 0, 0x10, 0, 0),
      ],
      structured: fc
        .tuple(fc.nat(3), fc.array(fc.tuple(fc.nat(good.database.length), fc.nat(255)), { minLength: 1, maxLength: 10 }))
        .map(([how, changes]) => Uint8Array.of(how, ...changes.flatMap(([at, value]) => [at >> 16, at >> 8, at, value]))),
      finish: () => rmSync(folder, { recursive: true }),
    };
  },
};

interface Files {
  readonly database: Uint8Array;
  readonly log: Uint8Array;
}

/** A vault as a crash leaves it: half of its rows are in the log. */
async function makeFiles(path: string): Promise<Files> {
  const put = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ put: rowOf(from + i) }));
  const first = await createVault(path, PASSPHRASE);
  await first.write(put(0, MESSAGES / 2));
  await first.close();
  const second = await openVault(path, PASSPHRASE);
  await second.write(put(MESSAGES / 2, MESSAGES));
  const files = { database: new Uint8Array(readFileSync(path)), log: new Uint8Array(readFileSync(`${path}-wal`)) };
  await second.close();
  return files;
}

function change(input: Uint8Array, good: Files): Files {
  const reader = new ByteReader(input);
  const how = reader.u8();
  const isLog = (how & 1) === 1;
  let bytes = (isLog ? good.log : good.database).slice();
  for (let isFirst = true; reader.remaining >= 4; isFirst = false) {
    const at = reader.u24() % bytes.length;
    const value = reader.u8();
    if (isFirst && (how & 2) === 2) bytes = bytes.slice(0, at);
    else bytes[at] = value;
    if (bytes.length === 0) break;
  }
  return isLog ? { ...good, log: bytes } : { ...good, database: bytes };
}

/** The same passphrase, salt and cost give the same key: it is worked out once. What was changed in the file may give any other. */
function remembered(derive: DeriveKey): DeriveKey {
  let known: { readonly asked: string; readonly key: Uint8Array } | undefined;
  return async (passphrase, salt, cost) => {
    const asked = JSON.stringify([passphrase, [...salt], cost]);
    known ??= { asked, key: await derive(passphrase, salt, cost) };
    // A copy: it is wiped after its use.
    return known.asked === asked ? Uint8Array.from(known.key) : new Uint8Array(32);
  };
}

export const targets = [file];
