import { create, toBinary } from '@bufbuild/protobuf';
import {
  type Channel,
  DecodeError,
  decodeMessage,
  ERROR_CODES,
  FRAMES_PER_SECOND,
  type Frame,
  MAX_REQUESTS_IN_FLIGHT,
  Opcode,
} from '@parley/protocol';
import { ErrorSchema, ListRequestSchema, OkSchema } from '@parley/protocol/wire';
import type { Environment, Timer } from '../environment.ts';
import { Liveness } from './liveness.ts';
import type { LoggedIn } from './login.ts';
import { readUserList } from './names.ts';
import { type Nonsense, nonsenseIn } from './nonsense.ts';
import { Pacer } from './pacer.ts';
import { type Push, readPush } from './pushes.ts';
import { type Reply, RequestError } from './reply.ts';
import type { BinarySocket } from './socket.ts';

/** While the system holds this many bytes, no more frames are sealed; looked at again after a moment (no event says when). */
const MAX_BUFFERED_BYTES = 1_024 * 1_024;
const BUFFER_POLL_MS = 10;
const MAX_SEQUENCE = 0xffff_ffff;

interface ConnectionHandlers {
  /** A frame that the server sent on its own. Called in order of arrival, also relative to replies. */
  onPush(push: Push, frame: Frame): void;
  /** An ERROR that answers no request that waits. */
  onError(error: RequestError): void;
  /** What came makes no sense: the connection is ended for it. */
  onNonsense(nonsense: Nonsense): void;
  /** Something of ours has failed, whatever came. The connection is ended. */
  onFault(error: unknown): void;
  /** Once. */
  onClose(): void;
}

interface Waiting {
  readonly opcode: number;
  readonly body: Uint8Array;
  readonly onReply: (reply: Reply) => void;
}

/**
 * One logged-in connection: numbers requests, keeps those in flight below the server's limit, and brings each its reply.
 * All frames queued in one turn of the event loop are sealed together.
 */
export class Connection {
  readonly #environment: Environment;
  readonly #socket: BinarySocket;
  readonly #channel: Channel;
  readonly #handlers: ConnectionHandlers;
  readonly #maxInFlight: number;
  readonly #pacer: Pacer;
  readonly #liveness: Liveness;
  readonly #early: Frame[];
  readonly #waiting: Waiting[] = [];
  readonly #inFlight = new Map<number, Pick<Waiting, 'opcode' | 'onReply'>>();
  readonly #enders: (() => void)[] = [];
  #sequence = 0;
  #flushDue = false;
  #fillTimer: Timer | undefined;
  #closed = false;

  constructor(environment: Environment, login: LoggedIn, handlers: ConnectionHandlers) {
    this.#environment = environment;
    this.#socket = login.socket;
    this.#channel = login.channel;
    this.#handlers = handlers;
    // Zero is a field that was not sent.
    this.#maxInFlight = login.limits?.requestsInFlight || MAX_REQUESTS_IN_FLIGHT;
    this.#pacer = new Pacer(login.limits?.framesPerSecond || FRAMES_PER_SECOND, environment.monotonic());
    this.#liveness = new Liveness(environment, { ask: () => this.#askAnything(), gone: () => this.close() });
    this.#early = login.frames;
  }

  /** From now on frames are handled, those that came with the login first. */
  start(): void {
    this.#handle(() => this.#early.splice(0));
    if (this.#closed) return;
    this.#socket.consume({ onMessage: (message) => this.#receive(message), onClose: () => this.close() });
  }

  /** `onReply` is called exactly once, in order of arrival relative to pushes. */
  send(opcode: Opcode, body: Uint8Array, onReply: (reply: Reply) => void): void {
    if (this.#closed) {
      onReply({ kind: 'lost' });
      return;
    }
    this.#waiting.push({ opcode, body, onReply });
    this.#fill();
  }

  /** A frame that has no reply (ACK, QUIT). */
  notify(opcode: Opcode, body: Uint8Array): void {
    if (this.#closed) return;
    this.#queue(opcode, body);
  }

  /** Sends nothing for a while. */
  pause(milliseconds: number): void {
    this.#pacer.pause(this.#environment.monotonic() + milliseconds);
  }

  /** Seals and sends what is queued, then closes. */
  close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#fillTimer?.cancel();
    this.#liveness.stop();
    this.#socket.close();
    this.#channel.close();
    const lost = [...this.#inFlight.values(), ...this.#waiting.splice(0)];
    this.#inFlight.clear();
    for (const { onReply } of lost) onReply({ kind: 'lost' });
    this.#handlers.onClose();
    for (const ender of this.#enders.splice(0)) ender();
  }

  /** Resolves when it has ended; after `timeoutMs` it is closed. */
  ended(timeoutMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const timer = this.#environment.setTimer(() => this.close(), timeoutMs);
    return new Promise((resolve) => {
      this.#enders.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #fill(): void {
    if (this.#fillTimer !== undefined || this.#closed) return;
    while (this.#waiting.length > 0 && this.#inFlight.size < this.#maxInFlight) {
      const full = this.#socket.bufferedBytes + this.#channel.queuedBytes > MAX_BUFFERED_BYTES;
      const waitMs = full ? BUFFER_POLL_MS : this.#pacer.take(this.#environment.monotonic());
      if (waitMs > 0) {
        this.#fillTimer = this.#environment.setTimer(() => {
          this.#fillTimer = undefined;
          this.#fill();
        }, waitMs);
        return;
      }
      const request = this.#waiting.shift() as Waiting;
      this.#ask(request);
    }
  }

  #ask({ opcode, body, onReply }: Waiting): void {
    this.#inFlight.set(this.#queue(opcode, body), { opcode, onReply });
    this.#liveness.asked();
  }

  /** Whether anybody is there: a LIST of one name. It waits for nothing, also not where the server asked to be left alone. */
  #askAnything(): void {
    this.#ask({
      opcode: Opcode.LIST,
      body: toBinary(ListRequestSchema, create(ListRequestSchema, { limit: 1 })),
      onReply: () => {},
    });
  }

  #queue(opcode: number, body: Uint8Array): number {
    this.#sequence += 1;
    if (this.#sequence === MAX_SEQUENCE) this.#environment.defer(() => this.close());
    this.#channel.queue(opcode, this.#sequence, body);
    if (!this.#flushDue) {
      this.#flushDue = true;
      this.#environment.defer(() => this.#flush());
    }
    return this.#sequence;
  }

  #flush(): void {
    this.#flushDue = false;
    if (this.#closed) return;
    for (const record of this.#channel.flush()) this.#socket.send(record);
  }

  #receive(record: Uint8Array): void {
    if (this.#closed) return;
    this.#handle(() => {
      const frames = this.#channel.open(record);
      this.#liveness.heard();
      return frames;
    });
  }

  /** Of a record that does not open, or a body that does not decode, nothing more is believed of this connection. */
  #handle(read: () => readonly Frame[]): void {
    let isReading = true;
    try {
      for (const frame of read()) {
        if (this.#closed) return;
        isReading = true;
        const act = this.#read(frame);
        isReading = false;
        act();
      }
    } catch (error) {
      const nonsense = isReading ? nonsenseIn(error) : undefined;
      if (nonsense === undefined) this.#handlers.onFault(error);
      else this.#handlers.onNonsense(nonsense);
      this.close();
    }
  }

  /** What is to be done about a frame. @throws DecodeError, ParleyError for one that makes no sense */
  #read(frame: Frame): () => void {
    const { opcode, sequence, body } = frame;
    if (opcode === Opcode.ERROR) {
      const error = new RequestError(decodeMessage(ErrorSchema, body));
      return () => this.#failed(sequence, error);
    }
    if (sequence === 0) {
      const push = readPush(frame);
      return () => this.#handlers.onPush(push, frame);
    }
    if (opcode !== Opcode.OK && opcode !== Opcode.LIST) throw new DecodeError('an answer of a kind that there is not');
    const asked = this.#inFlight.get(sequence);
    if (asked === undefined) throw new DecodeError('an answer to nothing that was asked');
    const isList = opcode === Opcode.LIST;
    if ((asked.opcode === Opcode.LIST) !== isList) throw new DecodeError('an answer to something else than was asked');
    const reply: Reply = isList
      ? { kind: 'users', users: readUserList(body) }
      : { kind: 'ok', ok: decodeMessage(OkSchema, body) };
    return () => void this.#answer(sequence, reply);
  }

  #failed(sequence: number, error: RequestError): void {
    // One may be about what has no reply (ACK), or about the connection.
    if (!this.#answer(sequence, { kind: 'error', error })) this.#handlers.onError(error);
    // It goes on with no more than this, whatever the server does; what was asked is asked again on the next.
    if (ERROR_CODES[error.code] === 'closes') this.close();
  }

  #answer(sequence: number, reply: Reply): boolean {
    const asked = this.#inFlight.get(sequence);
    if (asked === undefined) return false;
    this.#inFlight.delete(sequence);
    this.#liveness.answered(this.#inFlight.size > 0);
    asked.onReply(reply);
    this.#fill();
    return true;
  }
}
