import { setTimeout as delay } from 'node:timers/promises';
import { within } from './process.ts';

/** Asks again and again until it is so, where nothing tells. `what`: for the failure. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  let isOver = false;
  const wait = async (): Promise<void> => {
    while (!isOver && !(await isSo())) await delay(50);
  };
  await within(wait(), what, () => {
    isOver = true;
  });
}
