import type { Clock } from '../clock.ts';
import type { Session } from './session.ts';

/**
 * Whether another frame of this connection may be handled now: it has not too many requests under way, reads what it is sent, and is
 * within its rate, of which this is one frame. Otherwise a promise: ask again when it resolves. Meanwhile its socket is not read, so an
 * honest burst takes a moment longer and is never refused.
 */
export function pace(session: Session): Promise<void> | undefined {
  if (!session.work.hasRoom) return session.work.room();
  if (!session.hasRoom && !session.connection.isOver) return session.room();
  const waitMs = session.frames.take();
  return waitMs === 0 ? undefined : sleep(session.services.clock, waitMs);
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
