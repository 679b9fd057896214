import type { Frame } from '@parley/protocol';
import type { Session } from './session.ts';

/**
 * The frames that a record completes, in order.
 * @throws ParleyError `bad_record`, `too_large`, and `server_busy` when half-received frames take too much memory
 */
export function openRecord(session: Session, record: Uint8Array): Frame[] {
  const frames = session.channel.open(record);
  session.countPartialFrame();
  return frames;
}
