import { create, toBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { PresenceSchema } from '@parley/protocol/wire';
import type { Session } from '../session/session.ts';
import type { Store } from '../store/store.ts';
import type { Online } from './online.ts';

/**
 * Tells the contacts of a user who came or went. What is told is how things stand when it is told, so that coming and going in
 * quick order ends with the truth.
 */
export async function announcePresence(store: Pick<Store, 'contacts'>, online: Online<Session>, username: string): Promise<void> {
  const contacts = await store.contacts(username);
  const body = toBinary(PresenceSchema, create(PresenceSchema, { username, online: online.has(username) }));
  for (const contact of contacts) {
    for (const session of online.sessionsOf(contact)) {
      // It is news, not mail: who reads too slowly for it can ask with LIST.
      if (session.hasRoom) session.send({ opcode: Opcode.PRESENCE, body });
    }
  }
}
