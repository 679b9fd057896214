import type { ClientEvent } from '@parley/client';
import type { Happening } from '../bridge/wire.ts';

/** What of an event the page is told besides the state. No text: where it is shown, it is read from the timeline. */
export function happeningOf(event: ClientEvent): Happening | undefined {
  switch (event.event) {
    case 'accepted':
    case 'refused':
      return { what: event.event, user: event.by };
    case 'message':
    case 'request':
      return { what: event.event, user: event.from };
    case 'error':
      return { what: 'problem', code: event.code, message: event.message, user: event.user };
    default:
      return undefined;
  }
}
