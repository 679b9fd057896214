import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { wrongUsage } from './exit.ts';

interface PassphraseOptions {
  readonly passphraseFile?: string;
}

/** From `--passphrase-file`, else `PARLEY_PASSPHRASE`, else asked on the terminal: twice where a new one is chosen. */
export async function getPassphrase(options: PassphraseOptions, purpose: 'new' | 'existing'): Promise<string> {
  if (options.passphraseFile !== undefined) return fromFile(options.passphraseFile);
  const variable = process.env.PARLEY_PASSPHRASE;
  if (variable) return variable;
  if (!process.stdin.isTTY) {
    throw wrongUsage('no terminal to ask for the passphrase on: use --passphrase-file FILE or set PARLEY_PASSPHRASE');
  }
  if (purpose === 'existing') return nonEmpty(await ask('Passphrase: '));
  const first = nonEmpty(await ask('Choose a passphrase: '));
  if ((await ask('Repeat the passphrase: ')) !== first) throw wrongUsage('the two passphrases differ: try again');
  return first;
}

async function fromFile(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw wrongUsage(`cannot read the passphrase file: ${(error as Error).message}`);
  }
  return nonEmpty(text.replace(/\r?\n$/, ''));
}

function nonEmpty(passphrase: string): string {
  if (passphrase === '') throw wrongUsage('the passphrase is empty: choose one');
  return passphrase;
}

/** One line of the terminal, not echoed. */
function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    input.once('line', (line) => {
      resolve(line);
      input.close();
    });
    // Ctrl+C, Ctrl+D; after a line it changes nothing.
    input.once('SIGINT', () => input.close());
    input.once('close', () => {
      process.stderr.write('\n');
      reject(wrongUsage('no passphrase was given'));
    });
  });
}
