import { clockJumps } from './clock-jumps.ts';
import { diskFull } from './disk-full.ts';
import { evilNetwork } from './evil-network.ts';
import { floods } from './floods.ts';
import type { Harness } from './harness.ts';
import { killClient } from './kill-client.ts';
import { killServer } from './kill-server.ts';
import { mlsOperations } from './mls-operations.ts';
import { networkCuts } from './network-cuts.ts';
import { offlineFlood } from './offline-flood.ts';
import { races } from './races.ts';
import { slowReader } from './slow-reader.ts';
import { tornLog } from './torn-log.ts';

/** Every harness, by the name it is run with. */
export const HARNESSES: Readonly<Record<string, Harness>> = {
  'clock-jumps': clockJumps,
  'disk-full': diskFull,
  'evil-network': evilNetwork,
  floods,
  'kill-client': killClient,
  'kill-server': killServer,
  'mls-operations': mlsOperations,
  'network-cuts': networkCuts,
  'offline-flood': offlineFlood,
  races,
  'slow-reader': slowReader,
  'torn-log': tornLog,
};
