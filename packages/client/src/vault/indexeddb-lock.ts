import { asVaultError } from './indexeddb-errors.ts';
import { VaultError } from './vault.ts';

/** How long to wait for a page that is just ending (one that is loaded anew, say) to let go of the lock. */
const LOCK_WAIT_MS = 1_000;

/**
 * Holds the lock of a database against all other pages of this origin, until it is let go of or the page ends, however it ends.
 * @returns lets go of it, and resolves when somebody else can have it
 * @throws VaultError `locked`, `io`
 */
export async function holdLock(database: string): Promise<() => Promise<void>> {
  if (!isSecureContext) {
    throw new VaultError(
      'io',
      'a browser keeps secrets only for pages that came by https, or from localhost: use such an address',
    );
  }
  const got = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const ended = navigator.locks.request(lockName(database), { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
    got.resolve();
    return held.promise;
  });
  ended.catch(got.reject);
  await got.promise.catch((error) => {
    throw error instanceof DOMException && error.name === 'TimeoutError' ? locked(error) : asVaultError(error);
  });
  return async () => {
    held.resolve();
    await ended;
  };
}

/** Name of the Web Lock: who asks for it sees whether a page has the vault open. */
export function lockName(database: string): string {
  return `parley vault ${database}`;
}

function locked(cause: unknown): VaultError {
  const what = 'Parley is open in another tab or window of this browser';
  return new VaultError('locked', `${what}: close that one, then try again`, { cause });
}
