/** What is bundled for vault.test.ts: the rules of all vaults, run on IndexedDB, and one vault to try things with. */
import { createVault, hasVault, openVault, removeVault } from '@parley/client/browser';
import { passphraseRules } from '../../../packages/client/test/vault/passphrase-rules.ts';
import { rowRules } from '../../../packages/client/test/vault/row-rules.ts';
import type { Vault, WriteOptions } from '../../../packages/client/src/vault/vault.ts';
import type { VaultPage } from '../vault-page.ts';
import { runCollected } from './node-test.ts';
import { outcome } from './outcome.ts';
import { storage } from './storage.ts';

const PASSPHRASE = 'correct horse battery staple';

rowRules('IndexedDB', async () => {
  const { create, open, remove } = newPlace();
  return { create: () => create(PASSPHRASE), open: () => open(PASSPHRASE), remove };
});
passphraseRules('IndexedDB', async () => newPlace());

function newPlace() {
  const name = crypto.randomUUID();
  return {
    create: (passphrase: string) => createVault(passphrase, name),
    open: (passphrase: string) => openVault(passphrase, undefined, name),
    remove: () => removeVault(name),
  };
}

let vault: Vault | undefined;

const page: VaultPage = {
  runCollected,
  create: (passphrase) =>
    outcome(async () => {
      vault = await createVault(passphrase);
    }),
  open: (passphrase) =>
    outcome(async () => {
      vault = await openVault(passphrase);
    }),
  close: () => outcome(async () => vault?.close()),
  has: () => hasVault(),
  remove: () => outcome(() => removeVault()),
  put: (key, text) => outcome(() => write([key], new TextEncoder().encode(text))),
  get: (key) => outcome(async () => new TextDecoder().decode(await vault?.get('contact', key))),
  putLarge: (key, bytes) => outcome(() => write([key], new Uint8Array(bytes))),
  putMany: (count, sync) =>
    outcome(async () => {
      for (let i = 0; i < count; i++) await write(['many'], Uint8Array.of(i), { sync });
    }),
  countForEver: () => void countForEver(),
  storage,
};

async function write(keys: readonly string[], value: Uint8Array, options?: WriteOptions): Promise<void> {
  await vault?.write(
    keys.map((key) => ({ put: { collection: 'contact', key, value } })),
    options,
  );
}

async function countForEver(): Promise<void> {
  for (let number = 1; ; number++) {
    await write(['left', 'right'], new TextEncoder().encode(String(number)));
    console.log(String(number));
  }
}

Object.assign(globalThis, { page });
