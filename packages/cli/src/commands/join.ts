import { ConnectError, holdsNoAccount, isCertainlyNotJoined, join as joinServer, type Vault, VaultError } from '@parley/client';
import { createVault, nodeEnvironment, openVault, removeVault } from '@parley/client/node';
import { type Invite, isUsername, ParleyError, parseInvite, seedFromPhrase, wipe } from '@parley/protocol';
import { type Account, clientFolder, formatAccount, vaultFile } from '../accounts.ts';
import { Exit, Failure, wrongUsage } from '../exit.ts';
import { print, printJson } from '../output.ts';
import { getPassphrase, getPhrase } from '../passphrase.ts';

/** They fit on a terminal of 80 columns. */
const WORDS_A_ROW = 4;

interface JoinCommandOptions {
  readonly data?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
  readonly recover?: boolean;
  readonly phraseFile?: string;
}

/** Makes an account with an invite, in a vault of its own. */
export async function join(inviteText: string, name: string, options: JoinCommandOptions): Promise<void> {
  const { host, port } = readInvite(inviteText, options);
  if (!isUsername(name)) {
    throw wrongUsage('a name is 2-32 of a-z 0-9 . _ -, and starts and ends with a letter or digit: choose another');
  }
  const account = { user: name, host, port };
  const phrase = options.recover ? await getPhrase(options) : undefined;
  if (phrase !== undefined) checkPhrase(phrase);
  const passphrase = await getPassphrase(options, 'new');
  const file = vaultFile(clientFolder(options.data), account);
  const { vault, isNew } = await newVault(file, passphrase, options);
  try {
    const joined = await joinServer({
      environment: await nodeEnvironment(),
      vault,
      invite: inviteText,
      username: name,
      ...(phrase === undefined ? {} : { recover: phrase }),
    });
    await vault.close();
    if (options.json) printJson(joined);
    else if (options.recover)
      print(`Welcome back, ${name}: this device is your only one now.\nThen talk: npx parley chat ${formatAccount(account)}`);
    else welcome(account, joined.phrase);
  } catch (error) {
    const isEmpty = isNew && (await holdsNoAccount(vault));
    await vault.close();
    // Then nothing is kept, and the user may try again.
    if (isEmpty || isCertainlyNotJoined(error, isNew)) removeVault(file);
    throw explained(error, account);
  }
}

function readInvite(text: string, { recover = false }: JoinCommandOptions): Invite {
  try {
    return parseInvite(text);
  } catch (error) {
    // Its token does not count then.
    const hint = recover ? '; with --recover any invite of this server does, also one that is used up' : '';
    if (error instanceof ParleyError) throw wrongUsage(error.message + hint);
    throw error;
  }
}

/** Before anything is made. */
function checkPhrase(phrase: string): void {
  try {
    wipe(seedFromPhrase(phrase));
  } catch (error) {
    if (error instanceof ParleyError) throw wrongUsage(error.message);
    throw error;
  }
}

/** A fresh vault, or the one that an earlier join left whose answer was lost: the same join again completes it. */
async function newVault(
  file: string,
  passphrase: string,
  { recover = false }: JoinCommandOptions,
): Promise<{ vault: Vault; isNew: boolean }> {
  try {
    return { vault: await createVault(file, passphrase), isNew: true };
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'exists') throw error;
  }
  try {
    return { vault: await openVault(file, passphrase), isNew: false };
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'wrong_passphrase') throw error;
    // Whoever recovers has lost it, as a rule.
    const advice = recover ? 'move that file away, or choose another folder with --data' : 'try again with that one';
    throw new VaultError('wrong_passphrase', `${file} is there already, with another passphrase: ${advice}`);
  }
}

function explained(error: unknown, account: Account): unknown {
  if (error instanceof ConnectError) {
    const again = error.loginSent ? 'run the same join again' : 'is it running there?';
    return new Failure(Exit.unreachable, `${error.message}: ${again}`, { cause: error });
  }
  if (error instanceof VaultError && error.code === 'exists') {
    return wrongUsage(`${formatAccount(account)} has joined already: run "npx parley chat ${formatAccount(account)}"`);
  }
  return error;
}

function welcome(account: Account, phrase: string): void {
  const words = phrase.split(' ').map((word, i) => `${String(i + 1).padStart(2)} ${word.padEnd(10)}`);
  print(`Welcome, ${account.user}. This is your recovery phrase:\n`);
  for (let row = 0; row < words.length; row += WORDS_A_ROW) {
    print(
      `  ${words
        .slice(row, row + WORDS_A_ROW)
        .join(' ')
        .trimEnd()}`,
    );
  }
  print('\nWrite the 24 words down on paper, now: they are shown this once. With them you');
  print('get your account back when this device or its passphrase is lost, and so can');
  print('anybody else who reads them.');
  print(`\nThen talk: npx parley chat ${formatAccount(account)}`);
}
