import {
  type CryptoProvider,
  formatInvite,
  formatWebInvite,
  INVITE_LIFETIME_MS,
  INVITE_TOKEN_BYTES,
  INVITE_USES,
  type Invite,
} from '@parley/protocol';
import type { Store } from '../store/store.ts';
import type { LiveServer } from './server-file.ts';

export interface InviteOptions {
  /** How many may register with it. */
  readonly uses?: number;
  readonly lifetimeMs?: number;
}

export interface InviteLinks {
  /** `parley://…`, for the terminal. */
  readonly link: string;
  /** `http(s)://…`, for the browser. */
  readonly web: string;
  /** Unix time, milliseconds. */
  readonly expiresMs: number;
  readonly uses: number;
}

/**
 * Makes an invite and has the store remember the hash of its token. The server itself does it this way, and so does a command
 * beside it that has the same store open.
 */
export async function issueInvite(
  environment: {
    readonly crypto: CryptoProvider;
    readonly store: Pick<Store, 'addInvite'>;
    readonly server: Pick<LiveServer, 'names' | 'port' | 'tls' | 'webUrl'>;
    readonly caPin: Uint8Array;
    readonly nowMs: number;
  },
  options: InviteOptions = {},
): Promise<InviteLinks> {
  const { crypto, store, server, caPin, nowMs } = environment;
  const { uses = INVITE_USES, lifetimeMs = INVITE_LIFETIME_MS } = options;
  const token = crypto.randomBytes(INVITE_TOKEN_BYTES);
  const expiresMs = nowMs + lifetimeMs;
  await store.addInvite({ tokenHash: crypto.sha256(token), expiresMs, uses });
  const invite = { tls: server.tls, host: server.names[0] ?? 'localhost', port: server.port, caPin, token };
  return { link: formatInvite(invite), web: formatWebInvite({ ...invite, ...webAddress(server.webUrl) }), expiresMs, uses };
}

/** What of an invite is another in the web link. */
function webAddress(webUrl: string | undefined): Partial<Pick<Invite, 'tls' | 'host' | 'port'>> {
  if (webUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(webUrl);
  const tls = protocol === 'https:';
  return { tls, host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (tls ? 443 : 80) : Number(port) };
}
