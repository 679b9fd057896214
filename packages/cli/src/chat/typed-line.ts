import { type Argument, type CommandName, findCommand, usage } from './commands.ts';

/** What a typed line means: a command that starts with `/` or `!`, or text for the current conversation. */
export type TypedLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'command'; readonly name: CommandName; readonly user?: string; readonly text?: string }
  | { readonly kind: 'mistake'; readonly hint: string };

/** How what stands behind the name is taken apart. */
const ARGUMENTS: Readonly<Record<Argument | 'none', RegExp>> = {
  none: /^$/,
  NAME: /^(?<user>\S+)$/,
  '[NAME]': /^(?<user>\S+)?$/,
  'NAME [TEXT]': /^(?<user>\S+)(?:\s+(?<text>.+))?$/s,
  WORDS: /^(?<text>.+)$/s,
  FILE: /^(?<text>.+)$/s,
};

export function parseTypedLine(line: string): TypedLine {
  if (line.trim() === '') return { kind: 'nothing' };
  if (/^(\/\/|!!)/.test(line)) return { kind: 'text', text: line.slice(1) };
  if (!/^[/!]/.test(line)) return { kind: 'text', text: line };
  const [, name = '', rest = ''] = /^.(\S*)\s*(.*)$/s.exec(line.trimEnd()) ?? [];
  const command = findCommand(name);
  if (command === undefined)
    return { kind: 'mistake', hint: 'There is no such command: /help lists them, and // begins a text with /' };
  const match = ARGUMENTS[command.argument ?? 'none'].exec(rest);
  if (match === null) return { kind: 'mistake', hint: `Write ${usage(command)}` };
  const { user, text } = match.groups ?? {};
  return {
    kind: 'command',
    name: command.name as CommandName,
    ...(user === undefined ? {} : { user }),
    ...(text === undefined ? {} : { text }),
  };
}
