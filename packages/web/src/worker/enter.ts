import {
  ConnectError,
  type Environment,
  holdsNoAccount,
  isCertainlyNotJoined,
  join,
  LoginError,
  type Vault,
  VaultError,
} from '@parley/client';
import { createVault, hasVault, openVault, removeVault } from '@parley/client/browser';
import { seedFromPhrase, wipe } from '@parley/protocol';
import type { JoinRequest } from '../bridge/calls.ts';

/**
 * Makes an account in a new vault, or completes what an earlier try has left whose answer was lost.
 * @returns the open vault, and the recovery phrase of an account that is new
 * @throws ParleyError, ConnectError, LoginError, ServerCheckError, VaultError
 */
export async function enter(
  environment: Environment,
  { passphrase, recover, ...options }: JoinRequest,
): Promise<{ vault: Vault; user: string; phrase: string | undefined }> {
  // Before anything is made.
  if (recover !== undefined) wipe(seedFromPhrase(recover));
  const isNew = !(await hasVault());
  const vault = isNew ? await createVault(passphrase) : await openVault(passphrase);
  try {
    const joined = await join({ environment, vault, ...options, ...(recover === undefined ? {} : { recover }) });
    return { vault, user: joined.user, phrase: recover === undefined ? joined.phrase : undefined };
  } catch (error) {
    const isEmpty = isNew && (await holdsNoAccount(vault));
    await vault.close();
    if (isEmpty || isCertainlyNotJoined(error, isNew)) await removeVault();
    throw explained(error, recover !== undefined);
  }
}

function explained(error: unknown, isRecovery: boolean): unknown {
  if (isRecovery && error instanceof LoginError && error.code === 'auth_failed') {
    return new LoginError('auth_failed', 'the server knows no account of this name with these words: check both');
  }
  if (error instanceof ConnectError) {
    const again = error.loginSent ? 'try again with the same name and passphrase' : 'is it running, and are you on line?';
    return new ConnectError(`${error.message}: ${again}`, { loginSent: error.loginSent, cause: error });
  }
  if (error instanceof VaultError && error.code === 'exists') {
    return new VaultError('exists', 'this browser has an account here already: unlock that one');
  }
  return error;
}
