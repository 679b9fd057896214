import { DecodeError, decodeMessage, isUsername, MAX_LIST } from '@parley/protocol';
import { type Presence, PresenceSchema, type UserList, UserListSchema } from '@parley/protocol/wire';

// Names that a server says: they are checked before they are used for anything.

/**
 * The body of LIST.
 * @throws DecodeError when it has too many names, one that is none, or they are not sorted, each once; ParleyError `malformed` when it does
 * not parse
 */
export function readUserList(body: Uint8Array): UserList {
  const list = decodeMessage(UserListSchema, body);
  if (list.online.length > MAX_LIST) throw new DecodeError('more names than a page may have');
  if (!list.online.every(isUsername)) throw new DecodeError('a name that is no user name');
  if (list.online.some((name, index) => index > 0 && name <= (list.online[index - 1] ?? ''))) {
    throw new DecodeError('names that are not sorted, each once');
  }
  if (list.next !== '' && !isUsername(list.next)) throw new DecodeError('a page that goes on after no user name');
  return list;
}

/** The body of PRESENCE. @throws DecodeError when its name is none; ParleyError `malformed` when it does not parse */
export function readPresence(body: Uint8Array): Presence {
  const presence = decodeMessage(PresenceSchema, body);
  if (!isUsername(presence.username)) throw new DecodeError('a name that is no user name');
  return presence;
}
