import { ParleyClient } from '@parley/client';
import { nodeEnvironment } from '@parley/client/node';
import { formatAccount } from '../accounts.ts';
import { wrongUsage } from '../exit.ts';
import { printJson } from '../output.ts';
import { Delivery } from '../send/delivery.ts';
import { getText } from '../send/text.ts';
import { untilSignal } from '../signals.ts';
import { requireUser } from '../user-argument.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface SendOptions extends AccountOptions {
  readonly account?: string;
  readonly file?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** Sends one message, and ends when the server has it. What arrives meanwhile is left for `listen` and `chat` to tell. */
export async function send(user: string, words: readonly string[], options: SendOptions): Promise<void> {
  const to = requireUser(user);
  const chosen = await choose(options.account, options);
  if (to === chosen.account.user) throw wrongUsage('you cannot send to yourself: name somebody else');
  // Before the vault is opened: nobody is kept out of it while a program makes up its mind.
  const text = await getText(words, options.file);
  const server = formatAccount(chosen.account).slice(`${chosen.account.user}@`.length);
  const delivery = new Delivery({ to, text, wait: options.wait === true, server });
  const interrupted = untilSignal();
  await withVaultOf(chosen, async (vault) => {
    const client = await ParleyClient.open({ environment: await nodeEnvironment(), vault, takes: delivery.takes });
    try {
      const message = await delivery.run(client, interrupted);
      if (options.json) printJson({ event: 'sent', to, message });
    } finally {
      await client.quit();
    }
  });
}
