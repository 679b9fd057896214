/** What stands behind a command's name: `[…]` may be left out. */
export type Argument = 'NAME' | '[NAME]' | 'NAME [TEXT]' | 'WORDS' | 'FILE';

export interface Command {
  readonly name: string;
  readonly argument?: Argument;
  /** As /help says it: short enough for a terminal of 40 columns. */
  readonly help: string;
  /** Whose names Tab offers; without it nobody's. */
  readonly offers?: 'anybody' | 'people asking' | 'people asked';
}

/** All that can be typed behind `/` or `!`, in the order in which /help shows it. */
export const COMMANDS = [
  { name: 'list', help: 'who is on line' },
  { name: 'request', argument: 'NAME', help: 'ask to talk', offers: 'anybody' },
  { name: 'accept', argument: 'NAME', help: 'say yes to a request', offers: 'people asking' },
  { name: 'refuse', argument: 'NAME', help: 'say no to a request', offers: 'people asking' },
  { name: 'cancel', argument: 'NAME', help: 'take back a request', offers: 'people asked' },
  { name: 'block', argument: 'NAME', help: 'hear no more of them', offers: 'anybody' },
  { name: 'msg', argument: 'NAME [TEXT]', help: 'write to them', offers: 'anybody' },
  { name: 'close', help: 'write to nobody' },
  { name: 'verify', argument: '[NAME]', help: 'safety number', offers: 'anybody' },
  { name: 'devices', argument: '[NAME]', help: 'yours or theirs', offers: 'anybody' },
  { name: 'search', argument: 'WORDS', help: 'in all conversations' },
  { name: 'export', argument: 'FILE', help: 'write it all down' },
  { name: 'clear', help: 'empty the screen' },
  { name: 'help', help: 'this list' },
  { name: 'quit', help: 'end' },
] as const satisfies readonly Command[];

export type CommandName = (typeof COMMANDS)[number]['name'];

export function findCommand(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}

/** `/request NAME` */
export function usage({ name, argument }: Command): string {
  return argument === undefined ? `/${name}` : `/${name} ${argument}`;
}

/** All commands, a line each. */
export function helpLines(): string[] {
  return [...COMMANDS.map((command) => `${usage(command).padEnd(18)}${command.help}`), '! works like /; // begins text with /'];
}
