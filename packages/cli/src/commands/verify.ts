import { Contacts } from '@parley/client';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { wrongUsage } from '../exit.ts';
import { print, printJson } from '../output.ts';
import { describeContact } from '../people/describe-contact.ts';
import { requireUser } from '../user-argument.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface VerifyOptions extends AccountOptions {
  readonly account?: string;
  readonly json?: boolean;
}

/** The safety number with a user, from the vault: no server is asked, which could lie. */
export async function verify(name: string, options: VerifyOptions): Promise<void> {
  const user = requireUser(name);
  const chosen = await choose(options.account, options);
  const contact = await withVaultOf(chosen, async (vault) => (await Contacts.open(vault, nodeCrypto)).get(user));
  if (contact === undefined) {
    throw wrongUsage(`${user} is not known here yet: whoever asks you to talk is, and whoever has accepted your request`);
  }
  if (options.json) printJson(contact);
  else for (const line of describeContact(contact, chosen.account.user)) print(line);
}
