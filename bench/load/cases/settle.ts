import { setTimeout as delay } from 'node:timers/promises';
import type { Sender } from '../sender.ts';

const PATIENCE_MS = 10_000;

/** Nothing more is sent: waits for what is under way. Returns how many messages never came. */
export async function untilAllHasArrived(senders: readonly Sender[]): Promise<number> {
  const underWay = (): number => senders.reduce((sum, sender) => sum + sender.underWay, 0);
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (underWay() > 0 && performance.now() < deadlineMs) await delay(10);
  return underWay();
}
