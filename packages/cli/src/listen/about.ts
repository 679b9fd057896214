import type { ClientEvent } from '@parley/client';

/** The other user an event is about; `undefined`: nobody, as of the connection itself. */
function subjectOf(event: ClientEvent): string | undefined {
  switch (event.event) {
    case 'message':
    case 'request':
      return event.from;
    case 'accepted':
    case 'refused':
      return event.by;
    case 'presence':
    case 'error':
      return event.user;
    default:
      return undefined;
  }
}

/** What `listen --from` prints of somebody: what they do, and how the connection is; not who else is there. */
export function isFrom(user: string, event: ClientEvent): boolean {
  const subject = subjectOf(event);
  return subject === undefined ? ['ready', 'offline', 'online', 'error'].includes(event.event) : subject === user;
}
