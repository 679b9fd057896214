import type { Target } from '../load/target.ts';

export type ServerName = 'parley' | 'mosquitto' | 'mosquitto-tls' | 'ejabberd' | 'ejabberd-tls' | 'prosody' | 'prosody-tls';

export interface ServerOptions {
  /** Clients that must be able to log in: numbers 0 to this. */
  readonly clients: number;
  /** Bytes of each message. */
  readonly messageBytes: number;
  /** The processor that it may use; all of them where this is left out. */
  readonly core?: number | undefined;
}

/** A server that runs for a benchmark, on loopback, in processes and a folder of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly name: ServerName;
  /** Its processes: their processor time and memory are what counts. */
  readonly pids: readonly number[];
  readonly target: Target;
}
