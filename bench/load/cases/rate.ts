import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, Protocol } from '../endpoint.ts';
import type { Measured, RateWork } from '../job.ts';
import type { Meter } from '../meter.ts';
import { Sender } from '../sender.ts';
import { connectAll } from './connect-all.ts';
import { untilAllHasArrived } from './settle.ts';

/** Messages that one client may have under way: far more than it will, unless the server stands still. */
const MOST_UNDER_WAY = 10_000;
const TICK_MS = 2;
const MEMORY_EVERY_MS = 10_000;

/** Many clients, some of whom send now and then. */
export async function rate(protocol: Protocol, work: RateWork, meter: Meter): Promise<Measured> {
  const { clients, pattern } = work;
  const isThere = (index: number): boolean => pattern === 'on-line' || index % 2 === 0;
  const indexes = Array.from({ length: clients }, (_, index) => index).filter(isThere);
  const endpoints = await connectAll(protocol, indexes, meter);
  const senders = indexes.map(
    (index) =>
      new Sender(endpoints.get(index) as Endpoint, endpoints.get(index ^ 1), {
        confirms: protocol.confirms,
        mostUnderWay: MOST_UNDER_WAY,
        meter,
      }),
  );
  const startMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) / 1_000) * work.perSecond);
    for (; sent < due; sent += 1) senders[Math.floor(Math.random() * senders.length)]?.send(1);
  }, TICK_MS);
  await delay(work.warmupMs);
  meter.start();
  meter.noteMemory();
  const memory = setInterval(() => meter.noteMemory(), MEMORY_EVERY_MS);
  await delay(work.durationMs);
  clearInterval(memory);
  meter.noteMemory();
  meter.stop();
  clearInterval(timer);
  const lost = await untilAllHasArrived(senders);
  for (const endpoint of endpoints.values()) endpoint.close();
  return meter.result(lost);
}
