import { note } from '../output.ts';
import { neutralize } from '../sanitize.ts';

/** Says how to get an account, on one screen of 40 columns. */
export function explainFirstRun(folder: string): void {
  note(`Welcome to Parley. You have no account
on this machine yet.

1. Get an invite: a link that starts
   with parley:// from somebody who runs
   a server. You can run one yourself:
     npm ci && npm start
2. Make your account, with the link in
   quotes and a name you like:
     npx parley join 'parley://…' NAME
   You choose a passphrase, and get a
   recovery phrase to write down.
3. Talk:
     npx parley chat
   /request NAME asks somebody to talk,
   /help lists what else there is.

Accounts are looked for in
  ${neutralize(folder)}
--data FOLDER looks elsewhere.
`);
}
