import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Vault } from '../../src/vault/vault.ts';

/** Where one vault lies, or none yet; each test has its own. */
interface LockedPlace {
  create(passphrase: string): Promise<Vault>;
  open(passphrase: string): Promise<Vault>;
  remove(): Promise<void>;
}

const PASSPHRASE = 'correct horse battery staple';
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value));

/** What every implementation of `Vault` that is kept anywhere does with passphrases. */
export function passphraseRules(name: string, newPlace: () => Promise<LockedPlace>): void {
  describe(`${name} is locked`, () => {
    let place: LockedPlace;
    let vault: Vault;

    beforeEach(async () => {
      place = await newPlace();
      vault = await place.create(PASSPHRASE);
    });
    afterEach(async () => {
      await vault.close();
      await place.remove();
    });
    const put = (key: string, value: string) => vault.write([{ put: { collection: 'contact', key, value: bytes(value) } }]);

    it('refuses a wrong passphrase', async () => {
      await vault.close();
      for (const wrong of ['Correct horse battery staple', '']) {
        await assert.rejects(place.open(wrong), { name: 'VaultError', code: 'wrong_passphrase' });
      }
      vault = await place.open(PASSPHRASE);
    });

    it('takes the passphrase in either Unicode spelling', async () => {
      await vault.changePassphrase(PASSPHRASE, 'caf\u00e9');
      await vault.close();
      vault = await place.open('cafe\u0301');
    });

    it('opens with the new passphrase alone after a change', async () => {
      await put('bob', 'pin');
      await vault.changePassphrase(PASSPHRASE, 'new');
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
      await vault.close();
      await assert.rejects(place.open(PASSPHRASE), { code: 'wrong_passphrase' });
      vault = await place.open('new');
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
    });

    it('keeps the passphrase when the old one given is wrong', async () => {
      await assert.rejects(vault.changePassphrase('wrong', 'new'), { code: 'wrong_passphrase' });
      await vault.close();
      vault = await place.open(PASSPHRASE);
    });

    it('says not_found where there is none, and makes none by that', async () => {
      const empty = await newPlace();
      for (let i = 0; i < 2; i++) await assert.rejects(empty.open(PASSPHRASE), { name: 'VaultError', code: 'not_found' });
      await (await empty.create(PASSPHRASE)).close();
      await empty.remove();
    });

    it('is not made over one that exists', async () => {
      await put('bob', 'pin');
      await vault.close();
      await assert.rejects(place.create('other'), { name: 'VaultError', code: 'exists' });
      vault = await place.open(PASSPHRASE);
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
    });

    it('opens once at a time', async () => {
      await assert.rejects(place.open(PASSPHRASE), { name: 'VaultError', code: 'locked' });
      await vault.close();
      vault = await place.open(PASSPHRASE);
    });
  });
}
