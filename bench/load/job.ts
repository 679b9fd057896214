import type { Target } from './target.ts';

/** What the load generator is to do, and what it has seen: both cross between processes as JSON. */

export interface Job {
  readonly target: Target;
  /** Whose processor time and memory are measured. */
  readonly serverPids: readonly number[];
  readonly work: RelayWork | RateWork | LoginWork | IdleWork;
}

/** Pairs that talk as fast as they can. */
export interface RelayWork {
  readonly kind: 'relay';
  readonly pairs: number;
  /**
   * `one-way`: the first of a pair keeps `window` messages under way; each that the server has answered for, or that has arrived
   * where it does not answer, makes place for the next. `ping-pong`: each message is answered by one of the partner's.
   * `off-line`: as `one-way`, and the partners are not there.
   */
  readonly pattern: 'one-way' | 'ping-pong' | 'off-line';
  readonly window: number;
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** Many clients, some of whom send now and then. */
export interface RateWork {
  readonly kind: 'rate';
  readonly clients: number;
  /** Of all clients together, messages a second; every client is as likely to send the next as any other. */
  readonly perSecond: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  /** `off-line`: every second client is not there, and its partner sends. */
  readonly pattern: 'on-line' | 'off-line';
}

/** Logins, one after the other on so many lanes; each connection ends when its login has. */
export interface LoginWork {
  readonly kind: 'login';
  readonly clients: number;
  readonly lanes: number;
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** Clients that log in and say nothing. */
export interface IdleWork {
  readonly kind: 'idle';
  readonly clients: number;
  readonly lanes: number;
  readonly settleMs: number;
  readonly durationMs: number;
}

/** Times are milliseconds, of latencies too; processor time is microseconds. */
export interface Measured {
  /** Messages or logins within the measured time. */
  readonly count: number;
  readonly seconds: number;
  readonly serverCpuUs: number;
  readonly generatorCpuUs: number;
  /** From sending to arrival; of a login, from TCP connection to its end. */
  readonly latency?: Latency;
  /** From sending to the server's answer. */
  readonly confirmed?: Latency;
  /** Messages that were sent and have not arrived, or not been answered for, after all had time to. */
  readonly lost: number;
  /** Connections that ended by themselves. */
  readonly disconnected: number;
  /** Memory of the server: at the start, at the end, and now and then between. */
  readonly residentKb: readonly number[];
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}
