import type { ErrorCode } from '@parley/protocol';

/** What happens, as script mode prints it (docs/cli.md, "Script mode"): one object each. */
export type ClientEvent =
  /** The first login of this client has succeeded. Once. */
  | { event: 'ready'; user: string; server: string }
  /** Who is on line, oneself included: after each login, and once for each `list`. */
  | { event: 'users'; users: { user: string; online: boolean }[] }
  /** Somebody asks to talk. Requests that are still unanswered come again after a restart. */
  | { event: 'request'; from: string; safetyNumber: string }
  | { event: 'accepted'; by: string }
  | { event: 'refused'; by: string }
  /** `at`: when the sender sent it, Unix time in milliseconds, as the sender says. `id`: of the message, hex. */
  | { event: 'message'; from: string; text: string; at: number; id: string }
  /** The server has answered OK to the message that `send` was given this id for. `message`: the id of the message itself, hex. */
  | { event: 'sent'; id: string; message: string }
  /** This message is in this device's history no more. One of one's own that had not gone out is not sent, and no `sent` comes. */
  | { event: 'deleted'; id: string }
  | { event: 'presence'; user: string; online: boolean }
  | { event: 'offline' }
  | { event: 'online' }
  /** `id`: as `send` or `delete` gave it, where it is that which was not done. `user`: the other user, where it is about one. */
  | { event: 'error'; code: ClientErrorCode; message: string; id?: string; user?: string };

export type ClientEventName = ClientEvent['event'];

/** Codes of the server, and the client's own. */
export type ClientErrorCode = ErrorCode | LocalErrorCode;
export type LocalErrorCode = (typeof LOCAL_ERROR_CODES)[number];

/** docs/cli.md has the same list. */
export const LOCAL_ERROR_CODES = [
  /** A request, an answer, a device list or new keys that are not what they should be by signature, sender or content: dropped. */
  'invalid_consent',
  /** The other user shows another identity key than before; nothing is sent until that was looked at. */
  'identity_changed',
  /** Something arrived that cannot be read, or is missing (held back, late, or never sent): a gap in the conversation. */
  'unreadable',
  /** Content of a kind that only newer clients can show. */
  'cannot_show',
  /** There is no message with this id to be deleted. */
  'unknown_message',
  /** The message to be deleted is on its way; it can be deleted when it was sent. */
  'not_sent',
] as const;

/** With a promise: what it was called with counts as told when that resolves. */
export type EventListener = (events: readonly ClientEvent[]) => void | Promise<void>;

/** What is still to be waited for until events have been told. */
export type Telling = Promise<unknown> | undefined;

/** Calls listeners in the order in which they came. */
export class Events {
  readonly #listeners = new Set<EventListener>();

  /** Returns a function that ends the subscription. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when all have been told; `undefined`: they have. */
  emit(events: readonly ClientEvent[]): Telling {
    const pending = [...this.#listeners].map((listener) => listener(events)).filter((telling) => telling !== undefined);
    return pending.length === 0 ? undefined : Promise.all(pending);
  }
}
