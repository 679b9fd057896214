/** What script mode understands: one JSON object a line (docs/cli.md, "Script mode"). */
export type ScriptCommand =
  | { readonly do: 'list' }
  | { readonly do: 'quit' }
  | { readonly do: 'request' | 'accept' | 'refuse' | 'cancel' | 'block'; readonly user: string }
  | { readonly do: 'send'; readonly to: string; readonly text: string; readonly id: string }
  | { readonly do: 'delete'; readonly id: string };

/** Which fields each command has; all are strings. */
const FIELDS: { readonly [Name in ScriptCommand['do']]: readonly string[] } = {
  list: [],
  quit: [],
  request: ['user'],
  accept: ['user'],
  refuse: ['user'],
  cancel: ['user'],
  block: ['user'],
  send: ['to', 'text', 'id'],
  delete: ['id'],
};

/** The code of the `error` event for it: the command's own, beside those of the client. */
export const BAD_COMMAND = 'bad_command';

/** The line is no command; the message says why, and repeats nothing of it but a field's name. */
export class BadCommand extends Error {
  override readonly name = 'BadCommand';
}

/** @throws BadCommand. Fields that are not known are ignored. */
export function parseScriptCommand(line: string): ScriptCommand {
  const value = parseObject(line);
  const name = value.do;
  if (typeof name !== 'string' || !Object.hasOwn(FIELDS, name)) {
    throw new BadCommand(`"do" is one of: ${Object.keys(FIELDS).join(', ')}`);
  }
  const fields = FIELDS[name as ScriptCommand['do']];
  for (const field of fields) if (typeof value[field] !== 'string') throw new BadCommand(`"${field}" is a string`);
  return Object.fromEntries(['do', ...fields].map((field) => [field, value[field]])) as ScriptCommand;
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadCommand('a line is one JSON object');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadCommand('a line is one JSON object');
  return value as Record<string, unknown>;
}
