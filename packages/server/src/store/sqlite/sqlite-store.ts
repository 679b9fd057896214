import { chmod, open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { MAILBOX_LIFETIME_MS, MAX_MAILBOX_BYTES } from '@parley/protocol';
import type { Delivery, MailboxLimits } from '../entries.ts';
import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { Batches } from './batches.ts';
import type { FromWorker, WorkerOptions } from './calls.ts';
import { FULL, isDiskFull } from './disk-full.ts';
import { fitsInteger } from './integers.ts';

export interface SqliteOptions {
  /** How long a transaction waits for another process that is writing, milliseconds. */
  readonly busyTimeoutMs?: number;
  readonly mailboxes?: Partial<MailboxLimits>;
}

export interface SqliteStore extends Store {
  /** What was committed since the store was opened: how many calls, in how many transactions. */
  readonly stats: { readonly calls: number; readonly transactions: number };
}

/** Beside this file, or beside the bundle that this file is in (scripts/bundle-cli.ts). */
const WORKER = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens or makes a store in one SQLite file (mode 0600, with `-wal` and `-shm` beside it). A second process may have it open
 * at the same time. Rejects with StoreError: `newer_schema`, `full`, or `broken` for a file that is damaged, no database or out of reach.
 */
export async function openSqliteStore(file: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  await makePrivate(file);
  const workerData: WorkerOptions = {
    file,
    busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    mailboxes: { maxBytes: MAX_MAILBOX_BYTES, lifetimeMs: MAILBOX_LIFETIME_MS, ...options.mailboxes },
  };
  const worker = new Worker(new URL(WORKER, import.meta.url), { workerData, name: 'parley-store' });
  await opened(worker);
  return storeOver(new Batches(worker));
}

/** SQLite would make the file readable for others; `-wal` and `-shm` take their mode from it. */
async function makePrivate(file: string): Promise<void> {
  try {
    await (await open(file, 'a', 0o600)).close();
    await chmod(file, 0o600);
  } catch (error) {
    if (isDiskFull(error, file)) throw new StoreError('full', FULL);
    throw new StoreError('broken', error instanceof Error ? error.message : 'the file cannot be opened');
  }
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: unknown): void =>
      reject(new StoreError('broken', error instanceof Error ? error.message : 'no worker'));
    worker.once('error', onError);
    worker.once('message', (message: FromWorker) => {
      worker.off('error', onError);
      if (message.kind === 'opened') return resolve();
      reject(message.kind === 'failed' ? new StoreError(message.reason, message.message) : new StoreError('broken', 'no answer'));
    });
  });
}

function storeOver(batches: Batches): SqliteStore {
  return {
    get stats() {
      return batches.stats;
    },
    raiseGeneration: () => batches.call('raiseGeneration'),
    resumeTime: (nowMs) => batches.call('resumeTime', nowMs),
    addInvite: (invite) => batches.call('addInvite', invite),
    listUsers: (page) => batches.call('listUsers', page),
    findUser: (username) => batches.call('findUser', username),
    register: async (registration) => batches.call('register', withRightPositions(registration)),
    openSession: (login) => batches.call('openSession', login),
    openRequest: async (request) => batches.call('openRequest', withRightPositions(request)),
    acceptRequest: async (answer) => batches.call('acceptRequest', withRightPositions(answer)),
    refuseRequest: async (answer) => batches.call('refuseRequest', withRightPositions(answer)),
    cancelRequest: async (answer) => batches.call('cancelRequest', withRightPositions(answer)),
    replaceConversation: async (replacement) => batches.call('replaceConversation', withRightPositions(replacement)),
    findRequest: (requestId) => batches.call('findRequest', requestId),
    setBlocked: (change) => batches.call('setBlocked', change),
    contacts: (username) => batches.call('contacts', username),
    findConversation: (conversation) => batches.call('findConversation', conversation),
    appendMessage: async (message) => batches.call('appendMessage', withRightPositions(message)),
    keep: async (deliveries) => batches.call('keep', withRightPositions({ deliveries }).deliveries),
    commit: async (commit) => batches.call('commit', withRightPositions(commit)),
    readMailbox: (device, after, limit, maxBytes) => batches.call('readMailbox', device, after, limit, maxBytes),
    ack: (ack) => batches.call('ack', ack),
    appendRejoin: async (rejoin) => batches.call('appendRejoin', withRightPositions(rejoin)),
    expire: (nowMs) => batches.call('expire', nowMs),
    publishKeys: (keys) => batches.call('publishKeys', keys),
    claimKeys: (claim) => batches.call('claimKeys', claim),
    close: () => batches.close(),
  };
}

/** A position is the caller's own figure: a wrong one is a fault of the server, found here before it can break a batch. */
function withRightPositions<T extends { readonly deliveries: readonly Delivery[] }>(write: T): T {
  for (const { position } of write.deliveries) {
    if (position < 1n || !fitsInteger(position)) throw new RangeError('a position is not between 1 and 2^63 - 1');
  }
  return write;
}
