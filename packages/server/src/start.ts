import { join } from 'node:path';
import { sodiumCrypto } from '@parley/protocol/crypto/sodium';
import { openAuthority } from './authority/authority.ts';
import { resume, systemClock } from './clock.ts';
import { DEFAULT_LIMITS, type ServerConfig } from './config.ts';
import { ConversationCache } from './delivery/conversation-cache.ts';
import { Mailboxes } from './delivery/mailboxes.ts';
import { Online } from './delivery/online.ts';
import { createLog } from './operations/log.ts';
import { watchStore } from './operations/watched-store.ts';
import type { Services } from './services.ts';
import { Output } from './session/output.ts';
import { PartialFrames } from './session/partial-frames.ts';
import type { Session } from './session/session.ts';
import { Turns } from './session/turns.ts';
import { TotalWork } from './session/work.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';

export const DATABASE = 'parley.db';

/** Opens what a server stands on, and raises the mailbox generation before anybody can be given a position. */
export async function startServices(
  config: ServerConfig,
  stopping: AbortSignal,
  onBrokenStore: (error: unknown) => void,
): Promise<Services> {
  const { dataFolder, names, clock: wallClock = systemClock, logger: log = createLog() } = config;
  const limits = { ...DEFAULT_LIMITS, ...config.limits };
  const authority =
    config.authority ?? (await openAuthority(dataFolder, { names, nowMs: wallClock.nowMs(), warn: (text) => log.warn(text) }));
  const mailboxes = { maxBytes: limits.maxMailboxBytes, lifetimeMs: limits.mailboxLifetimeMs };
  const opened = config.store ?? (await openSqliteStore(join(dataFolder, DATABASE), { mailboxes }));
  const store = watchStore(opened, { clock: wallClock, log, onBroken: onBrokenStore });
  const [generation, steadyMs] = await Promise.all([store.raiseGeneration(), store.resumeTime(wallClock.nowMs())]).catch(
    async (error: unknown) => {
      await opened.close();
      throw error;
    },
  );
  const clock = resume(wallClock, steadyMs);
  log.info('store is open', { generation });
  return {
    crypto: await sodiumCrypto(),
    clock,
    log,
    limits,
    authority,
    store,
    mailboxes: new Mailboxes(store, generation, clock, limits),
    conversations: new ConversationCache(store),
    online: new Online<Session>(),
    output: new Output(),
    partialFrames: new PartialFrames(limits.maxPartialFramesBytes),
    totalWork: new TotalWork(),
    handshakes: new Turns(),
    stopping,
  };
}
