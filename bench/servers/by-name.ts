import { startEjabberd } from './ejabberd.ts';
import { startMosquitto } from './mosquitto.ts';
import { startParley } from './parley.ts';
import { startProsody } from './prosody.ts';
import type { BenchServer, ServerName, ServerOptions } from './server.ts';

/** Every server that is compared, in the order in which they take turns. */
export const SERVERS: Readonly<Record<ServerName, (options: ServerOptions) => Promise<BenchServer>>> = {
  parley: startParley,
  mosquitto: (options) => startMosquitto({ ...options, tls: false }),
  'mosquitto-tls': (options) => startMosquitto({ ...options, tls: true }),
  ejabberd: (options) => startEjabberd({ ...options, tls: false }),
  'ejabberd-tls': (options) => startEjabberd({ ...options, tls: true }),
  prosody: (options) => startProsody({ ...options, tls: false }),
  'prosody-tls': (options) => startProsody({ ...options, tls: true }),
};

export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[];
