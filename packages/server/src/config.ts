import {
  FRAMES_BURST,
  FRAMES_PER_SECOND,
  HANDSHAKE_TIMEOUT_MS,
  HANDSHAKES_PER_SECOND_PER_ADDRESS,
  MAILBOX_LIFETIME_MS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_HANDSHAKES_IN_PROGRESS,
  MAX_LIVE_BYTES,
  MAX_LIVE_BYTES_PER_DEVICE,
  MAX_MAILBOX_BYTES,
  MAX_PARTIAL_FRAMES_BYTES,
  MAX_REQUESTS_IN_FLIGHT,
  MAX_SOCKET_BUFFER,
  MAX_UNACKED_BYTES,
  PING_AFTER_MS,
  SILENCE_MS,
} from '@parley/protocol';
import type { Authority } from './authority/authority.ts';
import type { Clock } from './clock.ts';
import type { Log } from './operations/log.ts';
import type { Store } from './store/store.ts';

/** What `createServer` is told. Everything but the first four has a default. */
export interface ServerConfig {
  /** Holds certificates, database and `server.json`; made (0700) if it is not there. */
  readonly dataFolder: string;
  /** Address to listen on; '' = all. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What clients call this server; the first one stands in invites. */
  readonly names: readonly string[];
  /** PEM. With it the port speaks TLS 1.3. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Origin (`https://chat.example.org`) at which browsers reach this server, where that is not its own: for web links. */
  readonly webUrl?: string;
  /** The built web client: what is in this folder at the start is what browsers get. Without it there is a page of text. */
  readonly webFolder?: string;
  readonly clock?: Clock;
  readonly logger?: Log;
  readonly limits?: Partial<ServerLimits>;
  /** Default: SQLite in the data folder. */
  readonly store?: Store;
  /** Default: the CA in the data folder. */
  readonly authority?: Authority;
}

/** What this server allows; the defaults and their units stand in the protocol's limits.ts. */
export interface ServerLimits {
  readonly handshakeTimeoutMs: number;
  readonly pingAfterMs: number;
  readonly silenceMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxHandshakesInProgress: number;
  readonly handshakesPerSecondPerAddress: number;
  readonly framesPerSecond: number;
  readonly framesBurst: number;
  readonly maxRequestsInFlight: number;
  readonly maxPartialFramesBytes: number;
  readonly maxSocketBuffer: number;
  readonly maxUnackedBytes: number;
  readonly maxLiveBytes: number;
  readonly maxLiveBytesPerDevice: number;
  /** Of SQLite in the data folder; a store of one's own has its own. */
  readonly maxMailboxBytes: number;
  readonly mailboxLifetimeMs: number;
  /** Loopback is free of the limits per address (the operator's own bots and tests) unless this says otherwise. */
  readonly loopbackIsExempt: boolean;
}

export const DEFAULT_LIMITS: ServerLimits = {
  handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  pingAfterMs: PING_AFTER_MS,
  silenceMs: SILENCE_MS,
  maxConnections: MAX_CONNECTIONS,
  maxConnectionsPerAddress: MAX_CONNECTIONS_PER_ADDRESS,
  maxHandshakesInProgress: MAX_HANDSHAKES_IN_PROGRESS,
  handshakesPerSecondPerAddress: HANDSHAKES_PER_SECOND_PER_ADDRESS,
  framesPerSecond: FRAMES_PER_SECOND,
  framesBurst: FRAMES_BURST,
  maxRequestsInFlight: MAX_REQUESTS_IN_FLIGHT,
  maxPartialFramesBytes: MAX_PARTIAL_FRAMES_BYTES,
  maxSocketBuffer: MAX_SOCKET_BUFFER,
  maxUnackedBytes: MAX_UNACKED_BYTES,
  maxLiveBytes: MAX_LIVE_BYTES,
  maxLiveBytesPerDevice: MAX_LIVE_BYTES_PER_DEVICE,
  maxMailboxBytes: MAX_MAILBOX_BYTES,
  mailboxLifetimeMs: MAILBOX_LIFETIME_MS,
  loopbackIsExempt: true,
};
