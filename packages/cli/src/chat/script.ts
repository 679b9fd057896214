import type { Readable } from 'node:stream';
import type { ParleyClient } from '@parley/client';
import { printJson, printJsonLines } from '../output.ts';
import { readLines } from './read-lines.ts';
import { BAD_COMMAND, BadCommand, parseScriptCommand, type ScriptCommand } from './script-commands.ts';

/**
 * Script mode: a JSON command a line in, a JSON event a line out (docs/cli.md). The client is started by the caller, after this.
 */
export function runScript(client: ParleyClient, input: Readable): void {
  client.listenInBatches(printJsonLines);
  readLines(
    input,
    (line) => {
      if (line.trim() !== '') obey(client, line);
    },
    // What was sent has its OK before the end, however long the server is away.
    () => void client.flush().then(() => client.quit()),
  );
}

function obey(client: ParleyClient, line: string): void {
  let command: ScriptCommand;
  try {
    command = parseScriptCommand(line);
  } catch (error) {
    if (!(error instanceof BadCommand)) throw error;
    printJson({ event: 'error', code: BAD_COMMAND, message: error.message });
    return;
  }
  if (command.do === 'list') client.list();
  else if (command.do === 'quit') void client.quit();
  else if (command.do === 'send') client.send(command.to, command.text, command.id);
  else if (command.do === 'delete') client.delete(command.id);
  else client[command.do](command.user);
}
