import { decodeMessage, POSITION_BYTES, readPosition } from '@parley/protocol';
import { AckSchema } from '@parley/protocol/wire';
import type { Handler } from '../session/handler.ts';
import { protocolError } from '../session/replies.ts';

/** ACK (9): the device has safely stored everything up to this position, so the mailbox need not keep it. No reply. */
export const ack: Handler = {
  isRequest: false,
  handle(session, body) {
    const position = read(body);
    if (!session.feed.hasPushed(position)) throw protocolError('state_mismatch');
    session.services.mailboxes.acked(session.device, position);
    session.acks.ack(position, session.feed.onDisk);
    return undefined;
  },
};

/** Its usual encoding is that of a position in front of an item. @throws ParleyError `malformed` */
function read(body: Uint8Array): bigint {
  return (body.length === POSITION_BYTES ? readPosition(body) : undefined) ?? decodeMessage(AckSchema, body).position;
}
