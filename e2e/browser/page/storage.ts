/** What somebody else can do who has a script in the page, to the vault that vault.ts made. */
import { webCrypto } from '@parley/protocol/crypto/web';
import { deriveKey } from '../../../packages/client/src/vault/argon2-web.ts';
import type { DeviceEnvelope } from '../../../packages/client/src/vault/device-key.ts';
import { openVaultKey } from '../../../packages/client/src/vault/envelope.ts';
import type { StoragePage } from '../vault-page.ts';
import { ALTERATIONS, readAltered } from './altered-rows.ts';
import { outcome } from './outcome.ts';
import { done } from './requests.ts';

export const storage: StoragePage = {
  alterations: () => Object.keys(ALTERATIONS),
  readAltered,
  async exportDeviceKey() {
    const { deviceKey } = await storedEnvelope();
    return crypto.subtle.exportKey('raw', deviceKey).then(String, (error) => error.name);
  },
  async tryElsewhere(passphrase) {
    const { envelope } = await storedEnvelope();
    return outcome(() => openVaultKey(webCrypto, deriveKey, passphrase, envelope));
  },
  async upgrade() {
    const database = await done(indexedDB.open('parley', 2));
    database.close();
  },
  async keepUnsealed(text) {
    const request = indexedDB.open('unsealed');
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore('text').add(text, 1));
    (await done(request)).close();
  },
};

async function storedEnvelope(): Promise<DeviceEnvelope> {
  const database = await done(indexedDB.open('parley'));
  const envelope = await done(database.transaction('envelope').objectStore('envelope').get(1));
  database.close();
  return envelope;
}
