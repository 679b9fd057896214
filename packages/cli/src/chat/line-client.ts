import { createInterface } from 'node:readline';
import type { ParleyClient } from '@parley/client';
import { print } from '../output.ts';
import { neutralize } from '../sanitize.ts';
import { ConversationLines } from './conversation-lines.ts';
import { readLines } from './read-lines.ts';

/**
 * The plain client: lines in, lines out. It works on dumb terminals and in pipes, and uses a better terminal for line editing.
 */
export function runLineClient(client: ParleyClient): void {
  const { stdin, stdout } = process;
  if (stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb') onTerminal(client);
  else inPipe(client);
}

function inPipe(client: ParleyClient): void {
  const lines = new ConversationLines(client, print);
  client.listen((event) => lines.show(event));
  readLines(
    process.stdin,
    (line) => lines.type(line),
    () => void client.flush().then(() => client.quit()),
  );
}

/** Events are printed above the line that is being typed. */
function onTerminal(client: ParleyClient): void {
  const editor = createInterface({ input: process.stdin, output: process.stdout, terminal: true });
  let isOpen = true;
  const lines = new ConversationLines(client, (line) => {
    process.stdout.write(`\r\u001b[J${line}\n`);
    prompt();
  });
  const prompt = (): void => {
    if (!isOpen) return;
    editor.setPrompt(lines.current === undefined ? '> ' : `${neutralize(lines.current)}> `);
    editor.prompt(true);
  };
  client.listen((event) => lines.show(event));
  editor.on('line', (line) => {
    lines.type(line);
    prompt();
  });
  // Ctrl+C, Ctrl+D, or the client has ended.
  editor.once('SIGINT', () => editor.close());
  editor.once('close', () => {
    isOpen = false;
    void client.quit();
  });
  client.done.finally(() => editor.close()).catch(() => {});
  prompt();
}
