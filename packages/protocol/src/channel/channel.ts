import { ParleyError } from '../errors.ts';
import type { TransportKeys } from '../noise/handshake-state.ts';
import { FrameWriter } from './frame-writer.ts';
import { type Frame, FrameReader } from './frames.ts';
import { RecordOpener, RecordSealer } from './records.ts';

/**
 * One end of a connection after its login, both directions (docs/protocol.md, "Channel records"). The login handshake makes it.
 */
export class Channel {
  /** The hash of the login's transcript, 32 bytes: the same at both ends, other in each login. */
  readonly handshakeHash: Uint8Array;
  readonly #sealer: RecordSealer;
  readonly #opener: RecordOpener;
  readonly #writer = new FrameWriter();
  readonly #reader = new FrameReader();
  #receiving = true;
  #sending = true;

  constructor(keys: TransportKeys, handshakeHash: Uint8Array) {
    this.handshakeHash = handshakeHash;
    this.#sealer = new RecordSealer(keys.sending);
    this.#opener = new RecordOpener(keys.receiving);
  }

  /** Bytes of the frame stream queued since the last `flush`. */
  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  /** Memory held for a frame received in part, bytes. */
  get partialBytes(): number {
    return this.#reader.partialBytes;
  }

  /**
   * The frames that a record completes, in order; often none, or many. After it threw, nothing more is opened, but what is
   * queued can still be flushed: the peer is told why. Frames of the record that stand before one that is too large are lost
   * with it.
   * @throws ParleyError `bad_record` or `too_large`
   */
  open(record: Uint8Array): Frame[] {
    if (!this.#receiving) throw new ParleyError('bad_record', 'nothing is received any more');
    try {
      return this.#reader.read(this.#opener.open(record));
    } catch (error) {
      this.#stopReceiving();
      throw error;
    }
  }

  /**
   * Queues a frame whose body is the given parts, one after the other; they are copied at once. After `close` it does nothing:
   * like whatever is in flight, it is lost with the connection.
   * @throws ParleyError `too_large` when the body is above MAX_FRAME
   */
  queue(opcode: number, sequence: number, ...body: Uint8Array[]): void {
    if (this.#sending) this.#writer.append(opcode, sequence, ...body);
  }

  /** Everything queued, sealed into as few records as possible: send them in order. None when nothing is queued. */
  flush(): Uint8Array[] {
    const records = this.#writer.take();
    for (let i = 0; i < records.length; i++) records[i] = this.#sealer.seal(records[i] as Uint8Array);
    return records;
  }

  /** Wipes the keys and forgets what is queued or half received. */
  close(): void {
    this.#sending = false;
    this.#sealer.wipe();
    this.#writer.clear();
    this.#stopReceiving();
  }

  #stopReceiving(): void {
    this.#receiving = false;
    this.#opener.wipe();
    this.#reader.clear();
  }
}
