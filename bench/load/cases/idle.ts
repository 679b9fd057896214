import { setTimeout as delay } from 'node:timers/promises';
import type { Protocol } from '../endpoint.ts';
import type { IdleWork, Measured } from '../job.ts';
import type { Meter } from '../meter.ts';
import { connectAll } from './connect-all.ts';

/** Clients that log in and say nothing: what each of them takes, and what all of them cost while nothing happens. */
export async function idle(protocol: Protocol, work: IdleWork, meter: Meter): Promise<Measured> {
  meter.noteMemory();
  const indexes = Array.from({ length: work.clients }, (_, index) => index);
  const endpoints = await connectAll(protocol, indexes, meter, work.lanes);
  await delay(work.settleMs);
  meter.start();
  await delay(work.durationMs);
  meter.count(endpoints.size);
  meter.stop();
  meter.noteMemory();
  for (const endpoint of endpoints.values()) endpoint.close();
  return meter.result(0);
}
