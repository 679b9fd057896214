import { type Channel, Opcode } from '@parley/protocol';
import { announcePresence } from '../delivery/presence.ts';
import { firstList } from '../opcodes/list.ts';
import type { Services } from '../services.ts';
import { NORMAL } from '../transport/close-codes.ts';
import type { Connection } from '../transport/connection.ts';
import { errorReply, quitFrame, unlessRefused } from './replies.ts';
import { sendLast } from './send-last.ts';
import { type LoggedIn, Session } from './session.ts';

/**
 * A login has succeeded: this device is on line, gets 1.3 and its mailbox, and an older session of it ends. `undefined` where
 * the peer has gone meanwhile, or has logged in again faster.
 */
export function enter(
  services: Services,
  connection: Connection,
  { login, channel }: { login: LoggedIn; channel: Channel },
): Session | undefined {
  const { online, mailboxes } = services;
  const { username, device, position, opened } = login;
  if (online.isOvertaken({ username, device, number: opened.session })) {
    sendLast(connection, channel, quitFrame('replaced'), NORMAL);
    return undefined;
  }
  if (connection.isOver) {
    channel.close();
    return undefined;
  }

  const isKnown = position >= opened.acked && mailboxes.mayHaveGivenOut(device, position);
  const session = new Session(services, connection, channel, login, isKnown ? position : opened.acked);
  const { replaced, isFirst } = online.enter(session);
  replaced?.end('replaced');
  session.send(firstList(services)); // 1.3
  if (!isKnown) rejoin(services, session);
  else if (position > opened.acked) session.acks.ack(position, position);

  services.log.debug('logged in', { connection: connection.id, session: session.number, user: username });
  if (isFirst) announce(services, session);
  return session;
}

/**
 * The device's position is none of this mailbox's since its last ACK: its vault is an old copy, or the server's database is. It
 * forgets the position at once (it would take what waits for delivered before), what waits comes from the last ACK on, and after it
 * a REJOIN has it replace its groups.
 */
function rejoin({ store, mailboxes }: Services, session: Session): void {
  session.send(errorReply('state_mismatch'));
  mailboxes
    .deliver(
      [{ device: session.device, opcode: Opcode.REJOIN, body: new Uint8Array(0) }],
      (deliveries) => store.appendRejoin({ by: session.ref, deliveries }),
      (outcome) => outcome === 'ok',
    )
    .then(unlessRefused)
    .catch((error: unknown) => session.fail(error));
}

/** The connection is over. */
export function exit(services: Services, session: Session): void {
  session.leave();
  services.log.debug('left', { connection: session.connection.id, session: session.number, user: session.username });
  if (services.online.leave(session) && !services.stopping.aborted) announce(services, session);
}

function announce({ store, online, log }: Services, session: Session): void {
  announcePresence(store, online, session.username).catch((error: unknown) => {
    log.error('presence could not be told', { session: session.number, error });
  });
}
