import type { ScriptClient } from './script-client.ts';
import type { Terminal } from './terminal.ts';
import type { EnterTerminalOptions, World } from './world.ts';

/** The sizes at which layouts are compared: a phone or a split window, the usual one, a wide one with room for a sidebar. */
export const WIDTHS = [40, 80, 160] as const;

/** Types a line, and Enter. */
export async function enterLine(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.key('Enter');
}

/** Starts `parley chat` on a terminal, and waits until it is on line. */
export async function enterOnLine(world: World, user: string, options: EnterTerminalOptions = {}): Promise<Terminal> {
  const terminal = await world.enterTerminal(user, options);
  await terminal.shows(/^(.*│ )?on line/m);
  return terminal;
}

/** Who sits at the terminal asks a user of a script client, who accepts: the conversation is open then. */
export async function meet(from: [string, Terminal], to: [string, ScriptClient]): Promise<void> {
  await enterLine(from[1], `/request ${to[0]}`);
  await to[1].next('request', { from: from[0] });
  to[1].send({ do: 'accept', user: from[0] });
  await from[1].shows(new RegExp(`^${to[0]} accepted\\.$`, 'm'));
}

/** A script client writes to whoever sits at a terminal; it is at the server then. */
export async function write(from: ScriptClient, to: string, text: string): Promise<void> {
  from.send({ do: 'send', to, text, id: text });
  await from.next('sent', { id: text });
}

/** A screen without what the client says of itself: that comes before or after what was said, as it happens. */
export function withoutGreeting(screen: string): string {
  return screen.replace(/^(You are |On line: |Nobody else |The server cannot be reached).*\n( {2}\S.*\n)?/gm, '');
}
