import { AckSchema } from '@parley/protocol/wire';
import { notice } from '../session/handler.ts';
import { protocolError } from '../session/replies.ts';

/** ACK (9): the device has safely stored everything up to this position, so the mailbox need not keep it. No reply. */
export const ack = notice(AckSchema, (session, { position }) => {
  if (!session.feed.hasPushed(position)) throw protocolError('state_mismatch');
  session.services.mailboxes.acked(session.device, position);
  session.acks.ack(position, session.feed.onDisk);
  return undefined;
});
