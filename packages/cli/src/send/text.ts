import { createReadStream } from 'node:fs';
import { MAX_TEXT_BYTES, utf8 } from '@parley/protocol';
import { wrongUsage } from '../exit.ts';
import { note } from '../output.ts';
import { neutralize } from '../sanitize.ts';

/** The one line break at the end of a text file, which is no part of the text. */
const LAST_LINE_BREAK = /\r?\n$/;
const TOO_LONG = `the message is too long: ${MAX_TEXT_BYTES} bytes at most; send it in parts`;

/** From the arguments, else from a file, else from standard input, all of which is one message. @throws Failure */
export async function getText(words: readonly string[], file: string | undefined): Promise<string> {
  if (words.length > 0 && file !== undefined) throw wrongUsage('give the text or --file, not both');
  if (words.length > 0) return checked(words.join(' '));
  if (file !== undefined) return checked(decoded(await read(createReadStream(file), file), file));
  if (process.stdin.isTTY) note('Write the message; Ctrl+D on an empty line sends it, Ctrl+C does not.');
  return checked(decoded(await read(process.stdin, 'standard input'), 'standard input'));
}

/** No more than could be sent, however much there is. */
async function read(input: AsyncIterable<Buffer>, name: string): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of input) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MAX_TEXT_BYTES + 2) break;
    }
  } catch (error) {
    throw wrongUsage(`cannot read ${neutralize(name)} (${(error as Error).message})`);
  }
  if (bytes > MAX_TEXT_BYTES + 2) throw wrongUsage(TOO_LONG);
  return Buffer.concat(pieces);
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(LAST_LINE_BREAK, '');
  } catch {
    throw wrongUsage(`${neutralize(name)} is no UTF-8 text: only text can be sent`);
  }
}

function checked(text: string): string {
  if (text.trim() === '') throw wrongUsage('there is no text to send: give it as argument, by --file or on standard input');
  if (utf8(text).length > MAX_TEXT_BYTES) throw wrongUsage(TOO_LONG);
  return text;
}
