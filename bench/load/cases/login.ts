import { setTimeout as delay } from 'node:timers/promises';
import type { Protocol } from '../endpoint.ts';
import type { LoginWork, Measured } from '../job.ts';
import type { Meter } from '../meter.ts';

/** Logins, one after the other on so many lanes. */
export async function login(protocol: Protocol, work: LoginWork, meter: Meter): Promise<Measured> {
  let isOver = false;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const index = next;
      next = (next + 1) % work.clients;
      const startMs = performance.now();
      const endpoint = await protocol.connect(index);
      endpoint.onLost = (reason) => {
        meter.disconnected += 1;
        console.error(`a client was cut off: ${reason}`);
      };
      meter.latency.add(performance.now() - startMs);
      meter.count(1);
      endpoint.close();
    }
  };
  const lanes = Promise.all(Array.from({ length: work.lanes }, lane));
  await Promise.race([delay(work.warmupMs), lanes]); // a login that fails ends it
  meter.start();
  await Promise.race([delay(work.durationMs), lanes]);
  meter.stop();
  isOver = true;
  await lanes;
  meter.noteMemory();
  return meter.result(0);
}
