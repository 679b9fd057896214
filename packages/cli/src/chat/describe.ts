import type { ClientEvent, HistoryEntry } from '@parley/client';
import { neutralize, neutralizeLines } from '../sanitize.ts';
import { timeOfDay } from './time.ts';

/** An event as lines for people; a message is one of the history. Whatever others wrote is neutralised. */
export function describe(event: ClientEvent, self: string): string[] {
  switch (event.event) {
    case 'ready':
      return [`You are ${neutralize(event.user)} on ${neutralize(event.server)}. /help lists the commands.`];
    case 'users': {
      const others = event.users.filter(({ user, online }) => online && user !== self).map(({ user }) => neutralize(user));
      return [others.length === 0 ? 'Nobody else is on line.' : `On line: ${others.join(', ')}`];
    }
    case 'request': {
      const from = neutralize(event.from);
      return [`${from} asks to talk - safety number ${neutralize(event.safetyNumber)}: /accept ${from} or /refuse ${from}`];
    }
    case 'accepted':
      return [`${neutralize(event.by)} accepted.`];
    case 'refused':
      return [`${neutralize(event.by)} refused.`];
    case 'message':
    case 'sent':
    case 'deleted':
      return [];
    case 'presence':
      return [`${neutralize(event.user)} ${event.online ? 'is on line.' : 'left.'}`];
    case 'offline':
      return ['The server cannot be reached: trying again. What you write is sent later.'];
    case 'online':
      return ['Connected again.'];
    case 'error':
      return [`Error: ${neutralize(event.message)} (${neutralize(event.code)})`];
  }
}

/** An entry of the history as lines for people. Each line of a message is marked as its sender's. */
export function describeEntry(entry: HistoryEntry): string[] {
  if (entry.kind === 'text') return describeText(entry);
  return [`${timeOfDay(entry.at)} ${aside(entry)}`];
}

/** What stands where there is no text. */
export function aside({ kind, from }: Pick<HistoryEntry, 'kind' | 'from'>): string {
  const name = neutralize(from);
  return kind === 'gap'
    ? `[something that ${name} has sent is missing here]`
    : `[${name} sent something that this version cannot show]`;
}

function describeText({ from, text, at }: { readonly from: string; readonly text: string; readonly at: number }): string[] {
  const mark = `${neutralize(from)}: `;
  const [first = '', ...more] = neutralizeLines(text);
  return [`${timeOfDay(at)} ${mark}${first}`, ...more.map((line) => `${' '.repeat(5)} ${mark}${line}`)];
}
