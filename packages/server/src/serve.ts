import type { Services } from './services.ts';
import { dispatch } from './session/dispatch.ts';
import { enter, exit } from './session/enter.ts';
import { logIn } from './session/login.ts';
import { openRecord } from './session/open-record.ts';
import { pace } from './session/pace.ts';
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
    // transport/connection.ts: one WebSocket message is one record. While we are busy the socket is not read.
    for (let record = await connection.receive(); record !== undefined; record = await connection.receive()) {
      // The channel decrypts it and cuts the frames out of the stream; often none, or many.
      const frames = openRecord(session, record);
      if (frames.length === 0) await pace(session);

      for (const frame of frames) {
        // A client that is too fast waits here: for its turn, for its requests under way, for its own reading.
        await pace(session);
        if (session.isOver) return;

        // session/dispatch.ts decodes the body and calls opcodes/message.ts. That has delivery/mailboxes.ts give the message
        // a position in the mailbox of every other member. Where they are all on line and keep up it is pushed at once and held
        // (delivery/live-items.ts) until their ACKs have come; the store writes it if one does not. Otherwise the store writes
        // it first, and it is pushed once it is on disk. Nothing waits for either here.
        //
        // Then the sender gets its OK. It and what is pushed queue a frame in a session's channel, and session/output.ts seals
        // and sends what one turn has queued (Session.flush).
        await dispatch(session, frame);
      }
    }
  } catch (error) {
    session.fail(error); // a record that does not open, a frame too large: ERROR, then close
  } finally {
    exit(services, session);
  }
}
