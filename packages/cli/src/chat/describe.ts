import type { ClientEvent } from '@parley/client';
import { neutralize, neutralizeLines } from '../sanitize.ts';

/** An event as lines for people. Whatever others wrote is neutralised; each line of a message is marked as theirs. */
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
    case 'message': {
      const mark = `${neutralize(event.from)}: `;
      const [first = '', ...more] = neutralizeLines(event.text);
      return [`${timeOfDay(event.at)} ${mark}${first}`, ...more.map((line) => `${' '.repeat(5)} ${mark}${line}`)];
    }
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

/** Hours and minutes here, of a time that another device claims. */
function timeOfDay(unixMs: number): string {
  const time = new Date(unixMs);
  if (Number.isNaN(time.getTime())) return '--:--';
  return `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`;
}
