import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { isReading } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { Call, FromWorker, Handlers, Method, Results, ToWorker, WorkerOptions } from './calls.ts';
import { handlersOver, openDatabase } from './database.ts';
import { FULL, isDiskFull } from './disk-full.ts';

/** The worker thread of a SQLite store: opens the file, then carries out each batch of calls in one transaction. */

if (parentPort === null) throw new Error('this file runs as a worker thread');
const port = parentPort;
const options = workerData as WorkerOptions;

const send = (message: FromWorker): void => port.postMessage(message);

function fail(error: unknown): void {
  if (isDiskFull(error, options.file)) send({ kind: 'failed', reason: 'full', message: FULL });
  else {
    const reason = error instanceof StoreError ? error.reason : 'broken';
    send({ kind: 'failed', reason, message: error instanceof Error ? error.message : 'unknown failure' });
  }
  port.close();
}

/** `M` ties the method to its arguments and its result. */
function carryOut<M extends Method>(handlers: Handlers, { method, args }: Call<M>): Results[M] {
  return handlers[method](...args);
}

function serve(db: DatabaseSync): void {
  const handlers = handlersOver(db, options.mailboxes);
  // IMMEDIATE: a second process may write as well, and a transaction that starts by reading could not be upgraded then.
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let failures = 0;

  /** All of it, or nothing where there is no space. */
  function carryOutTogether(calls: readonly Call[]): Results[Method][] | 'full' {
    try {
      begin.run();
      const results = calls.map((call) => carryOut(handlers, call));
      commit.run();
      return results;
    } catch (error) {
      if (!isDiskFull(error, options.file)) throw error;
      // SQLite has rolled back what found no space, but for a COMMIT.
      if (db.isTransaction) db.exec('ROLLBACK');
      failures += 1;
      return 'full';
    }
  }

  port.on('message', (message: ToWorker) => {
    try {
      if (message.kind === 'close') {
        db.close();
        send({ kind: 'closed' });
        port.close();
        return;
      }
      const { calls } = message;
      const results = message.failures < failures ? 'full' : carryOutTogether(calls);
      if (results !== 'full') {
        send({ kind: 'committed', results });
        return;
      }
      const read = calls.map((call) => (isReading(call.method) ? carryOut(handlers, call) : undefined));
      send({ kind: 'full', results: read, failures });
    } catch (error) {
      // Closing rolls back whatever of the batch was done.
      if (db.isOpen) db.close();
      fail(error);
    }
  });
  send({ kind: 'opened' });
}

try {
  serve(openDatabase(options.file, options.busyTimeoutMs));
} catch (error) {
  fail(error);
}
