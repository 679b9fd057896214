import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { PresenceSchema } from '@parley/protocol/wire';
import type { Store } from '../store/store.ts';
import type { Online, Presentable } from './online.ts';

/** Whom news can be told. */
interface Listener extends Presentable {
  /** Whether it reads what it is sent. */
  readonly hasRoom: boolean;
  send(frame: { readonly opcode: number; readonly body: Uint8Array }): void;
}

/**
 * Tells the contacts of a user who came or went. What is told is how things stand when it is told, so that coming and going in
 * quick order ends with the truth.
 */
export async function announcePresence(
  store: Pick<Store, 'contacts'>,
  online: Online<Listener>,
  username: string,
): Promise<void> {
  for (const contact of await store.contacts(username)) tell(online, contact, username);
}

/** Tells two who have just become contacts of each other. */
export function introduce(online: Online<Listener>, a: string, b: string): void {
  tell(online, a, b);
  tell(online, b, a);
}

function tell(online: Online<Listener>, listener: string, username: string): void {
  const body = toBinary(PresenceSchema, create(PresenceSchema, { username, online: online.has(username) }));
  for (const session of online.sessionsOf(listener)) {
    // It is news, not mail: who reads too slowly for it can ask with LIST.
    if (session.hasRoom) session.send({ opcode: Opcode.PRESENCE, body });
  }
}
