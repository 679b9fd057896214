import type { ClientEvent } from '@parley/client';
import { describe } from '../chat/describe.ts';
import { entryOf, type Layout } from '../chat/layout.ts';
import { neutralize } from '../sanitize.ts';

/** As rows. */
export function describeHeard(event: ClientEvent, self: string, layout: Layout): string[] {
  return event.event === 'message' ? layout.entry(entryOf(event)) : heard(event, self).flatMap((line) => layout.notice(line));
}

/** As the line client of `chat` says it, except where that names what can be typed there. */
function heard(event: ClientEvent, self: string): string[] {
  switch (event.event) {
    case 'ready':
      return [`Listening as ${neutralize(event.user)} on ${neutralize(event.server)}. Ctrl+C ends.`];
    case 'request': {
      const [from, number] = [event.from, event.safetyNumber].map(neutralize);
      return [`${from} asks to talk - safety number ${number}: "parley chat" can accept or refuse`];
    }
    case 'offline':
      return ['The server cannot be reached: trying again.'];
    default:
      return describe(event, self);
  }
}
