import { create } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import type { Connection } from '../connection/connection.ts';
import { isPassing, type Reply } from '../connection/reply.ts';
import type { Environment } from '../environment.ts';
import { type OutboxRow, OutboxRowSchema } from '../gen/rows_pb.ts';
import type { Records } from '../records/records.ts';
import type { Transaction } from '../records/transaction.ts';

type NewOutboxRow = Partial<Omit<OutboxRow, 'key' | 'order' | '$typeName' | '$unknown'>> & { key: string; opcode: Opcode };

/**
 * What waits for the server's OK. Rows are on disk before they are sent; after a reconnect every row is sent again, byte for byte
 * and in order, before anything newer. Whoever handles a reply deletes the row.
 */
export class Outbox {
  readonly #records: Records;
  readonly #environment: Environment;
  readonly #onReply: (key: string, reply: Reply) => void;
  /** Keys to send on this connection. */
  #unsent: string[] = [];
  #connection: Connection | undefined;
  #flushDue = false;

  constructor(records: Records, environment: Environment, onReply: (key: string, reply: Reply) => void) {
    this.#records = records;
    this.#environment = environment;
    this.#onReply = onReply;
  }

  get size(): number {
    return this.#records.outbox.rows.size;
  }

  add(transaction: Transaction, row: NewOutboxRow): void {
    this.put(transaction, create(OutboxRowSchema, { ...row, order: this.#records.nextOrder() }));
  }

  /** Stores a row and sends it, if it has its bytes yet. */
  put(transaction: Transaction, row: OutboxRow): void {
    transaction.put(this.#records.outbox, row);
    if (row.body.length > 0) transaction.effect(() => this.#enqueue(row.key));
  }

  online(connection: Connection): void {
    this.#connection = connection;
    this.#unsent = [...this.#records.outbox.rows.values()].filter((row) => row.body.length > 0).map((row) => row.key);
    this.#flush();
  }

  offline(): void {
    this.#connection = undefined;
    this.#unsent = [];
  }

  #enqueue(key: string): void {
    if (this.#connection === undefined) return;
    this.#unsent.push(key);
    if (this.#flushDue) return;
    this.#flushDue = true;
    this.#environment.defer(() => this.#flush());
  }

  #flush(): void {
    this.#flushDue = false;
    const connection = this.#connection;
    if (connection === undefined) return;
    for (const key of this.#unsent.splice(0)) {
      const row = this.#records.outbox.rows.get(key);
      if (row === undefined || row.body.length === 0) continue;
      connection.send(row.opcode as Opcode, row.body, (reply) => this.#answered(connection, row, reply));
    }
  }

  #answered(connection: Connection, row: OutboxRow, reply: Reply): void {
    if (reply.kind === 'lost') return;
    // What was refused has been encrypted anew since, in another group: that one gets an answer of its own.
    const isOutdated = this.#records.outbox.rows.get(row.key)?.body !== row.body;
    if (isOutdated && reply.kind === 'error') return;
    // Too many new groups: another one is made later, and all else goes on.
    const isOwnRate = row.opcode === Opcode.REPLACE && reply.kind === 'error' && reply.error.code === 'rate_limited';
    if (!isPassing(reply) || isOwnRate) {
      this.#onReply(row.key, reply);
      return;
    }
    // The row stays, and goes out again on this connection, or on the next where the server closes this one.
    if (reply.error.code !== 'rate_limited') return;
    connection.pause(reply.error.waitMs);
    this.#enqueue(row.key);
  }
}
