import type { Clock } from '../clock.ts';
import type { Session } from './session.ts';

/**
 * Resolves when another frame of this connection may be handled: it is within its rate, has not too many requests under way, and
 * reads what it is sent. Meanwhile its socket is not read, so an honest burst takes a moment longer and is never refused.
 */
export async function pace(session: Session): Promise<void> {
  for (let waitMs = session.frames.take(); waitMs > 0; waitMs = session.frames.take()) {
    await sleep(session.services.clock, waitMs);
  }
  if (!session.work.hasRoom) await session.work.room();
  if (!session.hasRoom) await session.room();
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
