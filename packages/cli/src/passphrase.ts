import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { wrongUsage } from './exit.ts';

interface PassphraseOptions {
  readonly passphraseFile?: string;
}

/** Where else than on the terminal a secret may come from. */
interface Source {
  readonly what: string;
  readonly file: string | undefined;
  readonly option: string;
  readonly variable: string;
}

/** From `--passphrase-file`, else `PARLEY_PASSPHRASE`, else asked on the terminal: twice where a new one is chosen. */
export async function getPassphrase(options: PassphraseOptions, purpose: 'new' | 'existing'): Promise<string> {
  const given = await fromElsewhere({
    what: 'passphrase',
    file: options.passphraseFile,
    option: '--passphrase-file',
    variable: 'PARLEY_PASSPHRASE',
  });
  if (given !== undefined) return given;
  return purpose === 'existing' ? ask('passphrase', 'Passphrase: ') : choose('passphrase');
}

/** From `--new-passphrase-file`, else `PARLEY_NEW_PASSPHRASE`, else asked for twice. */
export async function getNewPassphrase(options: { readonly newPassphraseFile?: string }): Promise<string> {
  const given = await fromElsewhere({
    what: 'new passphrase',
    file: options.newPassphraseFile,
    option: '--new-passphrase-file',
    variable: 'PARLEY_NEW_PASSPHRASE',
  });
  return given ?? choose('new passphrase');
}

/** The 24 words, from `--phrase-file`, else `PARLEY_PHRASE`, else asked for. */
export async function getPhrase(options: { readonly phraseFile?: string }): Promise<string> {
  const given = await fromElsewhere({
    what: 'recovery phrase',
    file: options.phraseFile,
    option: '--phrase-file',
    variable: 'PARLEY_PHRASE',
  });
  return given ?? ask('recovery phrase', 'Recovery phrase (24 words): ');
}

/** @throws Failure where there is neither that nor a terminal to ask on */
async function fromElsewhere({ what, file, option, variable }: Source): Promise<string | undefined> {
  if (file !== undefined) return fromFile(what, file);
  const value = process.env[variable];
  if (value) return value;
  if (process.stdin.isTTY) return undefined;
  throw wrongUsage(`no terminal to ask for the ${what} on: use ${option} FILE or set ${variable}`);
}

async function choose(what: string): Promise<string> {
  const first = await ask(what, 'Choose a passphrase: ');
  if ((await ask(what, 'Repeat the passphrase: ')) !== first) throw wrongUsage('the two passphrases differ: try again');
  return first;
}

async function fromFile(what: string, file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw wrongUsage(`cannot read the file with the ${what}: ${(error as Error).message}`);
  }
  return nonEmpty(what, text.replace(/\r?\n$/, ''));
}

function nonEmpty(what: string, text: string): string {
  if (text === '') throw wrongUsage(`the ${what} is empty`);
  return text;
}

/** One line of the terminal, not echoed. */
async function ask(what: string, question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(question);
  const line = new Promise<string>((resolve, reject) => {
    input.once('line', (text) => {
      resolve(text);
      input.close();
    });
    // Ctrl+C, Ctrl+D; after a line it changes nothing.
    input.once('SIGINT', () => input.close());
    input.once('close', () => {
      process.stderr.write('\n');
      reject(wrongUsage(`no ${what} was given`));
    });
  });
  return nonEmpty(what, await line);
}
