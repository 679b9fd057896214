import { VaultError } from './vault.ts';

/** How the messages call it. */
const VAULT = 'the vault in this browser';

/** Whatever `action` fails with becomes a VaultError that says what to do. */
export async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw asVaultError(error);
  }
}

export function asVaultError(error: unknown): unknown {
  if (error instanceof VaultError) {
    if (error.code !== 'damaged' || error.message.startsWith(VAULT)) return error;
    return damaged(error.message, error);
  }
  if (!(error instanceof DOMException)) return error;
  switch (error.name) {
    case 'QuotaExceededError':
      return new VaultError('io', 'this browser has no space left: free some on this device, then try again', { cause: error });
    // Of a connection that the browser has ended by itself: its transactions abort, and no other one can be begun.
    case 'AbortError':
    case 'InvalidStateError':
      return removed(error);
    case 'NotReadableError':
      return damaged(error.message, error);
    default:
      return new VaultError('io', `this browser refuses to read or write its storage (${error.message}): look at its settings`, {
        cause: error,
      });
  }
}

export function removed(cause?: unknown): VaultError {
  return new VaultError('io', 'this browser removed the data of this page, or refuses it from now on: load the page anew', {
    cause,
  });
}

/** @param what is wrong with it */
export function damaged(what: string, cause?: unknown): VaultError {
  return new VaultError('damaged', `${VAULT} is damaged (${what}): remove it and join anew, with your recovery phrase`, {
    cause,
  });
}

export function newer(): VaultError {
  return new VaultError('newer', `${VAULT} was made by a newer Parley than this page: load the page anew`);
}

export function missing(): VaultError {
  return new VaultError('not_found', 'this browser keeps no vault: join with an invite first');
}

export function taken(): VaultError {
  return new VaultError('exists', 'this browser keeps a vault already: open that one, or remove it first');
}
