import { ParleyClient } from '@parley/client';
import { nodeEnvironment, openVault } from '@parley/client/node';
import { chooseAccount, clientFolder, vaultFile } from '../accounts.ts';
import { runLineClient } from '../chat/line-client.ts';
import { runScript } from '../chat/script.ts';
import { getPassphrase } from '../passphrase.ts';

interface ChatOptions {
  readonly data?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

/** Talks, for a person or (with `json`) for a program, until they quit. */
export async function chat(named: string | undefined, options: ChatOptions): Promise<void> {
  const folder = clientFolder(options.data);
  const account = chooseAccount(folder, named);
  const passphrase = await getPassphrase(options, 'existing');
  const vault = await openVault(vaultFile(folder, account), passphrase);
  try {
    const client = await ParleyClient.open({ environment: await nodeEnvironment(), vault });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void client.quit());
    if (options.json) runScript(client, process.stdin);
    else runLineClient(client);
    await client.start();
    await client.done;
  } finally {
    await vault.close();
  }
}
