import type { Harness } from './harness.ts';
import { killServer } from './kill-server.ts';
import { offlineFlood } from './offline-flood.ts';
import { slowReader } from './slow-reader.ts';

/** Every harness, by the name it is run with. */
export const HARNESSES: Readonly<Record<string, Harness>> = {
  'kill-server': killServer as Harness,
  'offline-flood': offlineFlood as Harness,
  'slow-reader': slowReader as Harness,
};
