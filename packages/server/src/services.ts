import type { CryptoProvider } from '@parley/protocol';
import type { Authority } from './authority/authority.ts';
import type { Clock } from './clock.ts';
import type { ServerLimits } from './config.ts';
import type { ConversationCache } from './delivery/conversation-cache.ts';
import type { Mailboxes } from './delivery/mailboxes.ts';
import type { Online } from './delivery/online.ts';
import type { Log } from './operations/log.ts';
import type { Output } from './session/output.ts';
import type { PartialFrames } from './session/partial-frames.ts';
import type { Session } from './session/session.ts';
import type { Turns } from './session/turns.ts';
import type { TotalWork } from './session/work.ts';
import type { Store } from './store/store.ts';

/** What all connections of one server share. */
export interface Services {
  readonly crypto: CryptoProvider;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: ServerLimits;
  readonly authority: Authority;
  readonly store: Store;
  readonly mailboxes: Mailboxes;
  readonly conversations: ConversationCache;
  readonly online: Online<Session>;
  readonly output: Output;
  readonly partialFrames: PartialFrames;
  readonly totalWork: TotalWork;
  /** Those of login handshakes: a millisecond each. */
  readonly handshakes: Turns;
  /** Aborted as soon as the server begins to stop. */
  readonly stopping: AbortSignal;
}
