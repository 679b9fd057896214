import { clockJumps } from './clock-jumps.ts';
import { diskFull } from './disk-full.ts';
import type { Harness } from './harness.ts';
import { killClient } from './kill-client.ts';
import { killServer } from './kill-server.ts';
import { networkCuts } from './network-cuts.ts';
import { races } from './races.ts';
import { tornLog } from './torn-log.ts';
import { offlineFlood } from './offline-flood.ts';
import { slowReader } from './slow-reader.ts';

/** Every harness, by the name it is run with. */
export const HARNESSES: Readonly<Record<string, Harness>> = {
  'clock-jumps': clockJumps as Harness,
  'disk-full': diskFull as Harness,
  'kill-client': killClient as Harness,
  'kill-server': killServer as Harness,
  'network-cuts': networkCuts as Harness,
  races: races as Harness,
  'torn-log': tornLog as Harness,
  'offline-flood': offlineFlood as Harness,
  'slow-reader': slowReader as Harness,
};
