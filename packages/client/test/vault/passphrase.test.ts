import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createVault, openVault } from '../../src/vault/sqlite.ts';
import type { Vault } from '../../src/vault/vault.ts';

const PASSPHRASE = 'correct horse battery staple';
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value));

describe('a vault in a file', () => {
  let folder: string;
  let file: string;
  let vault: Vault;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-vault-'));
    file = join(folder, 'data', 'alice.vault');
    vault = await createVault(file, PASSPHRASE);
  });
  afterEach(async () => {
    await vault.close();
    await rm(folder, { recursive: true });
  });
  const put = (key: string, value: string) => vault.write([{ put: { collection: 'contact', key, value: bytes(value) } }]);

  it('refuses a wrong passphrase', async () => {
    await vault.close();
    await assert.rejects(openVault(file, 'Correct horse battery staple'), { name: 'VaultError', code: 'wrong_passphrase' });
    vault = await openVault(file, PASSPHRASE);
  });

  it('takes the passphrase in either Unicode spelling', async () => {
    await vault.changePassphrase(PASSPHRASE, 'caf\u00e9');
    await vault.close();
    vault = await openVault(file, 'cafe\u0301');
  });

  it('opens with the new passphrase alone after a change', async () => {
    await put('bob', 'pin');
    await vault.changePassphrase(PASSPHRASE, 'new');
    assert.equal(text(await vault.get('contact', 'bob')), 'pin');
    await vault.close();
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'wrong_passphrase' });
    vault = await openVault(file, 'new');
    assert.equal(text(await vault.get('contact', 'bob')), 'pin');
  });

  it('keeps the passphrase when the old one given is wrong', async () => {
    await assert.rejects(vault.changePassphrase('wrong', 'new'), { code: 'wrong_passphrase' });
    await vault.close();
    vault = await openVault(file, PASSPHRASE);
  });

  it('says not_found where there is none', async () => {
    await assert.rejects(openVault(join(folder, 'none.vault'), PASSPHRASE), { name: 'VaultError', code: 'not_found' });
  });

  it('is not made over one that exists', async () => {
    await put('bob', 'pin');
    await vault.close();
    await assert.rejects(createVault(file, 'other'), { code: 'exists' });
    vault = await openVault(file, PASSPHRASE);
    assert.equal(text(await vault.get('contact', 'bob')), 'pin');
  });

  it('opens once at a time', async () => {
    await assert.rejects(openVault(file, PASSPHRASE), { code: 'locked' });
    await vault.close();
    vault = await openVault(file, PASSPHRASE);
  });
});
