import { wipe } from '@parley/protocol';
import { webCrypto } from '@parley/protocol/crypto/web';
import { deriveKey } from './argon2-web.ts';
import { openOnDevice, sealOnDevice } from './device-key.ts';
import type { DeriveKey } from './envelope.ts';
import { createDatabase, hasDatabase, openDatabase, removeDatabase } from './indexeddb-database.ts';
import { guarded, taken } from './indexeddb-errors.ts';
import { holdLock, lockName } from './indexeddb-lock.ts';
import { IndexedDbVault } from './indexeddb-vault.ts';
import { Sealer } from './sealing.ts';
import type { Vault } from './vault.ts';

const DATABASE = 'parley';
/** The Web Lock that is held while a page has the vault open. */
export const VAULT_LOCK = lockName(DATABASE);
const VAULT_KEY_BYTES = 32;

/**
 * A new vault in the storage that this browser keeps for the page's origin.
 * @throws VaultError `exists`, `locked`, `io`
 */
export async function createVault(passphrase: string, name = DATABASE): Promise<Vault> {
  return locking(name, async (letGo) => {
    if (await hasDatabase(name)) throw taken();
    const vaultKey = webCrypto.randomBytes(VAULT_KEY_BYTES);
    try {
      const database = await createDatabase(name, await sealOnDevice(passphrase, vaultKey));
      return new IndexedDbVault(database, new Sealer(webCrypto, vaultKey), letGo);
    } finally {
      wipe(vaultKey);
    }
  });
}

/**
 * @param derive argon2id, unless a test has to open a vault many times
 * @throws VaultError `not_found`, `locked`, `wrong_passphrase`, `damaged`, `newer`, `io`
 */
export async function openVault(passphrase: string, derive: DeriveKey = deriveKey, name = DATABASE): Promise<Vault> {
  // The lock comes before the expensive part: of two tabs the second learns soon that it is too late.
  return locking(name, async (letGo) => {
    const { database, envelope } = await openDatabase(name);
    try {
      const vaultKey = await openOnDevice(envelope, passphrase, derive);
      const sealer = new Sealer(webCrypto, vaultKey);
      wipe(vaultKey);
      return new IndexedDbVault(database, sealer, letGo);
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Whether this browser keeps a vault for the page's origin. @throws VaultError `io` */
export function hasVault(name = DATABASE): Promise<boolean> {
  return guarded(() => hasDatabase(name));
}

/** Deletes a vault that is closed. @throws VaultError `locked`, `io` */
export async function removeVault(name = DATABASE): Promise<void> {
  await locking(name, async (letGo) => {
    await removeDatabase(name);
    await letGo();
  });
}

/** Runs `use` with the lock, which it gives on or lets go of; where it fails nobody holds it. */
async function locking<T>(name: string, use: (letGo: () => Promise<void>) => Promise<T>): Promise<T> {
  const letGo = await holdLock(name);
  try {
    return await guarded(() => use(letGo));
  } catch (error) {
    await letGo();
    throw error;
  }
}
