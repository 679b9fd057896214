import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';

const skip = unlessInstalled('tmux');

const ESC = '\u001b';
/** What asks a terminal to tell more keys apart: modifyOtherKeys of xterm, which tmux knows. */
const MODIFY_OTHER_KEYS = '\\u001b[>4;1m';

/** What a program in raw mode gets of each key. */
const KEYS: Readonly<Record<string, string>> = {
  Enter: '\r',
  'M-Enter': `${ESC}\r`,
  Tab: '\t',
  'S-Tab': `${ESC}[Z`,
  Escape: ESC,
  BSpace: '\u007f',
  DC: `${ESC}[3~`,
  'M-1': `${ESC}1`,
  'M-9': `${ESC}9`,
  'M-a': `${ESC}a`,
  Up: `${ESC}[A`,
  'M-Up': `${ESC}[1;3A`,
  PageUp: `${ESC}[5~`,
  PageDown: `${ESC}[6~`,
  Home: `${ESC}[1~`,
  End: `${ESC}[4~`,
  'C-Left': `${ESC}[1;5D`,
  'C-Right': `${ESC}[1;5C`,
  'C-a': '\u0001',
  'C-e': '\u0005',
  'C-j': '\n',
  'C-k': '\u000b',
  'C-u': '\u0015',
  'C-w': '\u0017',
  'C-z': '\u001a',
};

test('keys arrive as terminals send them', { skip }, async () => {
  await using terminal = await listen('');
  for (const [key, bytes] of Object.entries(KEYS)) await arrives(terminal, () => terminal.key(key), bytes, key);
  await terminal.type('q');
  assert.equal(await terminal.ended(), 7);
});

test('Shift+Enter and Ctrl+Enter arrive as keys of their own where the program has asked for that', { skip }, async () => {
  await using terminal = await listen(MODIFY_OTHER_KEYS);
  const keys = { ...KEYS, 'S-Enter': `${ESC}[13;2u`, 'C-Enter': `${ESC}[13;5u` };
  for (const [key, bytes] of Object.entries(keys)) await arrives(terminal, () => terminal.key(key), bytes, key);
});

test('a paste is bracketed where the program has asked for that, and what is sent arrives as it is', { skip }, async () => {
  await using plain = await listen('');
  await arrives(plain, () => plain.paste('one\ntwo;'), 'one\rtwo;');
  await using bracketed = await listen('\\u001b[?2004h');
  await arrives(bracketed, () => bracketed.paste('one\ntwo;'), `${ESC}[200~one\rtwo;${ESC}[201~`);
  await arrives(bracketed, () => bracketed.send(`\n${ESC}[201~;`), `\n${ESC}[201~;`);
});

test('a program that has asked is told whether somebody looks', { skip }, async () => {
  await using terminal = await listen('\\u001b[?1004h');
  await comes(terminal, `${ESC}[I`);
  await arrives(terminal, () => terminal.focus(false), `${ESC}[O`);
  await arrives(terminal, () => terminal.focus(true), `${ESC}[I`);
});

test('a key that tmux does not know is refused, since it would type its name', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['cat'] });
  await assert.rejects(terminal.key('PgUp'), /no such key: PgUp/);
  await assert.rejects(terminal.type('one\ntwo'), /key\('Enter'\)/);
});

async function listen(request: string): Promise<Terminal> {
  const script = resolve(import.meta.dirname, '../support/keys-in-hex.ts');
  const terminal = await Terminal.start({ command: [process.execPath, script, request], rows: 100 });
  await terminal.shows(/ready/);
  return terminal;
}

/** These bytes and nothing else. */
async function arrives(terminal: Terminal, act: () => Promise<void>, bytes: string, what?: string): Promise<void> {
  const before = await hex(terminal);
  await act();
  await comes(terminal, bytes, before, what);
}

/** Whether bytes are read one by one or together is chance: all that has come is compared. */
async function comes(terminal: Terminal, bytes: string, before = '', what = 'something'): Promise<void> {
  const expected = before + Buffer.from(bytes).toString('hex');
  await terminal.until(`${what} to arrive as ${JSON.stringify(bytes)}`, async () => (await hex(terminal)) === expected);
}

async function hex(terminal: Terminal): Promise<string> {
  return (await terminal.scrollback()).replace(/^[\s\S]*ready/, '').replaceAll('\n', '');
}
