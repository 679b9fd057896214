import type { Frame } from '@parley/protocol';
import type { Services } from './services.ts';
import { dispatch } from './session/dispatch.ts';
import { enter, exit } from './session/enter.ts';
import { logIn } from './session/login.ts';
import { openRecord } from './session/open-record.ts';
import { pace } from './session/pace.ts';
import type { Session } from './session/session.ts';
import type { Connection } from './transport/connection.ts';

/**
 * One connection, from its first message to its last, and so the whole way of a MESSAGE:
 *
 *     transport/ → channel (open) → session/dispatch → opcodes/message → delivery/mailboxes → channel (seal) → transport/
 *                                                                                         ↘ store/, where no ACK can come or none does
 *
 * Nothing that a peer sends gets past it: what goes wrong here ends this connection and no other.
 *
 * @param loggedIn called at the end of the login: the deadline for it is over
 */
export async function serve(services: Services, connection: Connection, loggedIn: () => void): Promise<void> {
  // 1.0, 1.1, 1.2 and the checks. Until they are passed nobody knows of this connection, and nothing can be sent to it.
  const login = await logIn(services, connection);
  if (login === undefined) return;

  // 1.3: who is on line. From here on this device gets its mailbox, and an older session of it is over.
  const session = enter(services, connection, login);
  if (session === undefined) return;
  loggedIn();

  try {
    await connection.each((record) => receive(session, record));
  } catch (error) {
    session.fail(error); // a record that does not open, a frame too large: ERROR, then close
  } finally {
    exit(services, session);
  }
}

/** One WebSocket message, which is one record. Where this returns a promise the next one waits for it. */
function receive(session: Session, record: Uint8Array): Promise<void> | undefined {
  // The channel decrypts it and cuts the frames out of the stream; often none, or many.
  return handle(session, openRecord(session, record), 0);
}

function handle(session: Session, frames: readonly Frame[], first: number): Promise<void> | undefined {
  for (let i = first; i < Math.max(1, frames.length); i += 1) {
    // A client that is too fast waits here: for its requests under way, for its own reading, for its turn.
    const turn = pace(session);
    if (turn !== undefined) return turn.then(() => handle(session, frames, i));
    const frame = frames[i];
    if (frame === undefined || session.isOver) return undefined;

    // session/dispatch.ts has opcodes/message.ts read the body. That has delivery/mailboxes.ts give the message a position in the
    // mailbox of every other member. Where they are all on line and keep up it is pushed at once and held (delivery/live-items.ts)
    // until their ACKs have come; the store writes it if one does not. Otherwise the store writes it first, and it is pushed once it is
    // on disk. Nothing waits for either here.
    //
    // Then the sender gets its OK. It and what is pushed queue a frame in a session's channel, and session/output.ts seals and sends
    // what one turn has queued (Session.flush).
    const handled = dispatch(session, frame);
    if (handled !== undefined) return handled.then(() => handle(session, frames, i + 1));
  }
  return undefined;
}
