import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, Protocol } from '../endpoint.ts';
import type { Measured, RelayWork } from '../job.ts';
import type { Meter } from '../meter.ts';
import { Sender } from '../sender.ts';
import { connectAll } from './connect-all.ts';
import { untilAllHasArrived } from './settle.ts';

/** Pairs that talk as fast as they can. */
export async function relay(protocol: Protocol, work: RelayWork, meter: Meter): Promise<Measured> {
  const { pairs, pattern, window } = work;
  const indexes = Array.from({ length: 2 * pairs }, (_, index) => index).filter(
    (index) => pattern !== 'off-line' || index % 2 === 0,
  );
  const endpoints = await connectAll(protocol, indexes, meter);
  let isOver = false;
  const senders: Sender[] = [];
  const starts: (() => void)[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const from = endpoints.get(2 * pair) as Endpoint;
    const to = endpoints.get(2 * pair + 1);
    const common = { confirms: protocol.confirms, mostUnderWay: 2 * window, meter };
    if (pattern === 'ping-pong' && to !== undefined) {
      const there: Sender = new Sender(from, to, { ...common, onArrived: (count) => isOver || back.send(count) });
      const back: Sender = new Sender(to, from, { ...common, onArrived: (count) => isOver || there.send(count) });
      senders.push(there, back);
      starts.push(() => there.send(window));
    } else {
      const next = (count: number): void => void (isOver || sender.send(count));
      const sender: Sender = new Sender(from, to, {
        ...common,
        ...(protocol.confirms ? { onConfirmed: next } : { onArrived: next }),
      });
      senders.push(sender);
      starts.push(() => sender.send(window));
    }
  }
  for (const start of starts) start();
  await delay(work.warmupMs);
  meter.start();
  await delay(work.durationMs);
  meter.stop();
  isOver = true;
  const lost = await untilAllHasArrived(senders);
  meter.noteMemory();
  for (const endpoint of endpoints.values()) endpoint.close();
  return meter.result(lost);
}
