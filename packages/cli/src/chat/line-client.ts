import { createInterface } from 'node:readline';
import type { ChatModel } from '@parley/client';
import { print } from '../output.ts';
import { neutralize } from '../sanitize.ts';
import { AS_LINES, asRows } from './layout.ts';
import { LineView } from './line-view.ts';
import { readLines } from './read-lines.ts';

/** Ends the client as `/quit` does. */
export type Quit = () => Promise<void>;

/** The plain client in a pipe or on a dumb terminal: lines in, lines out. */
export function runInPipe(model: ChatModel): Quit {
  const { stdout } = process;
  const view = new LineView(model, stdout.isTTY ? asRows(model.client.user, stdout) : AS_LINES, print);
  view.greet();
  readLines(
    process.stdin,
    (line) => view.type(line),
    () => void model.client.flush().then(() => view.quit()),
  );
  return () => view.quit();
}

/**
 * The plain client on a terminal, for screen readers: what was said stays where it is, and events are printed above the line that is
 * being typed.
 */
export function runOnTerminal(model: ChatModel): Quit {
  const editor = createInterface({ input: process.stdin, output: process.stdout, terminal: true });
  let isOpen = true;
  const view = new LineView(model, asRows(model.client.user, process.stdout), (rows) => {
    // What is being typed may take several rows. The editor would go up as many as it has counted, which are not those of a paste.
    const { rows: above } = editor.getCursorPos();
    Object.assign(editor, { prevRows: 0 });
    process.stdout.write(`${above > 0 ? `\u001b[${above}A` : ''}\r\u001b[J${rows}\n`);
    prompt();
  });
  const prompt = (): void => {
    if (!isOpen) return;
    editor.setPrompt(view.current === undefined ? '> ' : `${neutralize(view.current)}> `);
    editor.prompt(true);
  };
  view.greet();
  editor.on('line', (line) => {
    view.type(line);
    prompt();
  });
  // Ctrl+C, Ctrl+D, or the client has ended.
  editor.once('SIGINT', () => editor.close());
  editor.once('close', () => {
    isOpen = false;
    void view.quit();
  });
  model.client.done.finally(() => editor.close()).catch(() => {});
  prompt();
  return () => view.quit();
}
