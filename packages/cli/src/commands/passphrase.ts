import { openVault } from '@parley/client/node';
import { chooseAccount, clientFolder, formatAccount, vaultFile } from '../accounts.ts';
import { print } from '../output.ts';
import { getNewPassphrase, getPassphrase } from '../passphrase.ts';

interface PassphraseCommandOptions {
  readonly data?: string;
  readonly passphraseFile?: string;
  readonly newPassphraseFile?: string;
}

/** Seals an account's vault under a new passphrase. What was a copy of the vault before still opens with the old one. */
export async function changePassphrase(named: string | undefined, options: PassphraseCommandOptions): Promise<void> {
  const folder = clientFolder(options.data);
  const account = chooseAccount(folder, named);
  const old = await getPassphrase(options, 'existing');
  // Before the new one is asked for: nobody is to choose one in vain.
  const vault = await openVault(vaultFile(folder, account), old);
  try {
    await vault.changePassphrase(old, await getNewPassphrase(options));
  } finally {
    await vault.close();
  }
  print(`From now on ${formatAccount(account)} opens with the new passphrase alone; copies made before open with the old one.`);
}
