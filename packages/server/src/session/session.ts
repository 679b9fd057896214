import { type Channel, ERROR_CODES, ParleyError, POSITION_BYTES, positionPrefix } from '@parley/protocol';
import { AckWriter } from '../delivery/acks.ts';
import type { Feed, Sink } from '../delivery/feed.ts';
import type { Services } from '../services.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { MailboxItem, OpenedSession, SessionRef } from '../store/entries.ts';
import { GOING_AWAY, NORMAL, POLICY_VIOLATION } from '../transport/close-codes.ts';
import type { Connection } from '../transport/connection.ts';
import { TokenBucket } from '../transport/rate.ts';
import { asProtocolError, errorReplyFor, type QuitReason, quitFrame, Replaced, type Reply } from './replies.ts';
import { Work } from './work.ts';

/** What is queued is copied at once, so one will do for all. */
const PREFIX = new Uint8Array(POSITION_BYTES);

/** Whom a login has proven, and by what it is known from then on. */
export interface LoggedIn {
  readonly username: string;
  readonly deviceId: Uint8Array;
  readonly device: DeviceKey;
  readonly opened: OpenedSession;
  /** Everything up to here is stored by the device. */
  readonly position: bigint;
}

/** One device that is logged in, on one connection. */
export class Session implements Sink {
  readonly services: Services;
  readonly connection: Connection;
  readonly channel: Channel;
  readonly username: string;
  readonly deviceId: Uint8Array;
  readonly device: DeviceKey;
  /** Of the store: a newer session of this device has a higher one. */
  readonly number: number;
  /** Names this session in every write. */
  readonly ref: SessionRef;
  readonly work: Work;
  readonly acks: AckWriter;
  readonly frames: TokenBucket;
  readonly feed: Feed;
  #lastSequence = 0;
  #partialBytes = 0;
  #isOver = false;

  constructor(services: Services, connection: Connection, channel: Channel, login: LoggedIn, feedFrom: bigint) {
    const { limits } = services;
    this.services = services;
    this.connection = connection;
    this.channel = channel;
    this.username = login.username;
    this.deviceId = login.deviceId;
    this.device = login.device;
    this.number = login.opened.session;
    this.ref = { device: login.device, session: login.opened.session };
    this.work = new Work(limits.maxRequestsInFlight, services.totalWork);
    this.acks = new AckWriter(services.store, services.clock, this.ref, (error) => this.fail(error));
    this.frames = new TokenBucket(services.clock, { perSecond: limits.framesPerSecond, burst: limits.framesBurst });
    this.feed = services.mailboxes.attach(this.device, feedFrom, this);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Queues a frame; what a turn of the event loop queued is sealed and sent together. */
  send(reply: Reply, sequence = 0): void {
    if (this.#isOver) return;
    this.channel.queue(reply.opcode, sequence, reply.body);
    this.services.output.schedule(this);
  }

  flush(): void {
    if (this.#isOver) return;
    this.connection.send(...this.channel.flush());
  }

  /** A mailbox item: its position goes in front of its body. */
  push({ opcode, position, body }: MailboxItem): void {
    this.channel.queue(opcode, 0, positionPrefix(position, PREFIX), body);
    this.services.output.schedule(this);
  }

  get hasRoom(): boolean {
    return this.channel.queuedBytes + this.connection.bufferedBytes < this.services.limits.maxSocketBuffer;
  }

  async room(): Promise<void> {
    while (!this.#isOver && !this.connection.isOver && !this.hasRoom) {
      this.flush();
      await this.connection.drained();
    }
  }

  /** @throws ParleyError `malformed` unless `sequence` is above those of all requests before */
  countRequest(sequence: number): void {
    if (sequence <= this.#lastSequence) throw new ParleyError('malformed', 'sequence numbers of requests must rise');
    this.#lastSequence = sequence;
  }

  /** Books the memory of a frame that has come in part. @throws ParleyError `server_busy` */
  countPartialFrame(): void {
    const before = this.#partialBytes;
    this.#partialBytes = this.channel.partialBytes;
    this.services.partialFrames.change(before, this.#partialBytes);
  }

  /** Answers a request that failed. What closes the connection closes it. */
  answerError(error: unknown, sequence: number, opcode: number): void {
    if (error instanceof ParleyError && ERROR_CODES[error.code] === 'goes on') this.send(errorReplyFor(error), sequence);
    else this.fail(error, sequence, opcode);
  }

  /** Ends the session for an error: the peer is told the code and no more, the log where it happened. */
  fail(error: unknown, sequence = 0, opcode?: number): void {
    if (this.#isOver) return;
    if (error instanceof Replaced) {
      this.end('replaced');
      return;
    }
    const fields = { connection: this.connection.id, session: this.number, ...(opcode === undefined ? {} : { opcode }) };
    const known = asProtocolError(error);
    if (known !== undefined) this.services.log.info('session ended by an error', { ...fields, code: known.code });
    else this.services.log.error('session failed', { ...fields, error });
    this.#close(errorReplyFor(error), sequence, POLICY_VIOLATION);
  }

  /** Ends the session in good order. */
  end(reason: QuitReason): void {
    this.#close(quitFrame(reason), 0, reason === 'shutting_down' ? GOING_AWAY : NORMAL);
  }

  /** Lets go of everything; nothing is sent any more. */
  leave(): void {
    this.services.mailboxes.detach(this.device, this.feed);
    this.acks.end();
    if (this.#partialBytes > 0) this.services.partialFrames.change(this.#partialBytes, 0);
    this.#partialBytes = 0;
    this.#isOver = true;
    this.channel.close();
  }

  #close(last: Reply, sequence: number, code: number): void {
    if (this.#isOver) return;
    this.send(last, sequence);
    this.flush();
    this.leave();
    this.connection.close(code);
  }
}
