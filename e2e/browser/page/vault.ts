/** What is bundled for vault.test.ts: the rules of all vaults, run on IndexedDB, and one vault to try things with. */
import { createVault, hasVault, openVault, removeVault } from '@parley/client/browser';
import { passphraseRules } from '../../../packages/client/test/vault/passphrase-rules.ts';
import { rowRules } from '../../../packages/client/test/vault/row-rules.ts';
import type { Vault } from '../../../packages/client/src/vault/vault.ts';
import type { VaultPage } from '../vault-page.ts';
import { ALTERATIONS, readAltered } from './altered-rows.ts';
import { runCollected } from './node-test.ts';
import { outcome } from './outcome.ts';

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
  put: (key, text) =>
    outcome(async () => vault?.write([{ put: { collection: 'contact', key, value: new TextEncoder().encode(text) } }])),
  get: (key) => outcome(async () => new TextDecoder().decode(await vault?.get('contact', key))),
  alterations: () => Object.keys(ALTERATIONS),
  readAltered,
};

Object.assign(globalThis, { page });
