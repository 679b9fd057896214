import type { Vault } from '@parley/client';
import { openVault } from '@parley/client/node';
import { type Account, chooseAccount, clientFolder, vaultFile } from './accounts.ts';
import { getPassphrase } from './passphrase.ts';

export interface AccountOptions {
  readonly data?: string;
  readonly passphraseFile?: string;
}

/** An account of the client's folder, and what opens its vault. */
export interface ChosenAccount {
  readonly account: Account;
  readonly file: string;
  readonly passphrase: string;
}

/** By what the command line says; the passphrase is asked for where it has to be. @throws Failure */
export async function choose(named: string | undefined, options: AccountOptions): Promise<ChosenAccount> {
  const folder = clientFolder(options.data);
  const account = chooseAccount(folder, named);
  return { account, file: vaultFile(folder, account), passphrase: await getPassphrase(options, 'existing') };
}

/** Uses the vault of an account, which nobody else has open meanwhile. @throws VaultError */
export async function withVaultOf<T>({ file, passphrase }: ChosenAccount, use: (vault: Vault) => Promise<T>): Promise<T> {
  const vault = await openVault(file, passphrase);
  try {
    return await use(vault);
  } finally {
    await vault.close();
  }
}
