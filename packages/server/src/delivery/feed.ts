import { MAILBOX_PAGE, MAILBOX_PAGE_BYTES } from '@parley/protocol';
import type { DeviceKey } from '../store/device-key.ts';
import type { MailboxItem } from '../store/entries.ts';
import type { Store } from '../store/store.ts';
import { Unacked } from './unacked.ts';

/** Where a device's items go: the session of its connection. */
export interface Sink {
  push(item: MailboxItem): void;
  /** Whether more may be pushed now. */
  readonly hasRoom: boolean;
  /** Resolves when there is room again, or when nobody reads any more. */
  room(): Promise<void>;
  /** An exception of the store. */
  fail(error: unknown): void;
}

/**
 * Brings one mailbox to the device that is on line, in order of position. It reads pages from the store until there is nothing
 * more, then passes on what is delivered live; when the device reads or ACKs too slowly it goes back to pages, so that what waits is
 * on disk, and neither in memory here nor in the device's.
 */
export class Feed {
  readonly #store: Pick<Store, 'readMailbox'>;
  readonly #device: DeviceKey;
  readonly #sink: Sink;
  readonly #maxUnackedBytes: number;
  readonly #unacked = new Unacked();
  /** Those who wait for an ACK. */
  readonly #waiters: (() => void)[] = [];
  /** Everything up to here has been pushed. */
  #cursor: bigint;
  /** The highest position that was released, pushed or not. */
  #released = 0n;
  /** The highest position that is known to be on disk. */
  #onDisk = 0n;
  #mode: 'paging' | 'live' | 'stopped' = 'paging';

  /** @param ready what the mailbox is still to be given first; `undefined`: nothing */
  constructor(
    store: Pick<Store, 'readMailbox'>,
    device: DeviceKey,
    options: { readonly after: bigint; readonly maxUnackedBytes: number },
    sink: Sink,
    ready: Promise<void> | undefined,
  ) {
    this.#store = store;
    this.#device = device;
    this.#cursor = options.after;
    this.#maxUnackedBytes = options.maxUnackedBytes;
    this.#sink = sink;
    if (ready === undefined) void this.#page();
    else void ready.then(() => this.#page());
  }

  /** Whether an item that comes now is pushed at once. */
  get isLive(): boolean {
    return this.#mode === 'live' && this.#hasRoom;
  }

  /** An item is on disk. Items come in order of position. */
  release(item: MailboxItem): void {
    this.#released = item.position;
    this.noteOnDisk(item.position);
    if (this.#mode !== 'live' || item.position <= this.#cursor) return;
    if (this.#hasRoom) {
      this.#push(item);
    } else {
      this.#mode = 'paging';
      void this.#page();
    }
  }

  /** An item that is on no disk, in its order; only while `isLive`. */
  pushFirst(item: MailboxItem): void {
    this.#released = item.position;
    this.#push(item);
  }

  /** Whether `position` was pushed to this device, now or in an earlier session. */
  hasPushed(position: bigint): boolean {
    return position <= this.#cursor;
  }

  /** An item up to which the mailbox may have something on disk. */
  get onDisk(): bigint {
    return this.#onDisk;
  }

  noteOnDisk(position: bigint): void {
    if (position > this.#onDisk) this.#onDisk = position;
  }

  /** The device has stored everything up to `position`. */
  acked(position: bigint): void {
    this.#unacked.acked(position);
    if (this.#hasWindow) this.#wake();
  }

  stop(): void {
    this.#mode = 'stopped';
    this.#wake();
  }

  /** Whether the device has ACKed enough of what it was pushed. */
  get #hasWindow(): boolean {
    return this.#unacked.bytes < this.#maxUnackedBytes;
  }

  get #hasRoom(): boolean {
    return this.#hasWindow && this.#sink.hasRoom;
  }

  async #room(): Promise<void> {
    while (this.#mode === 'paging' && !this.#hasWindow) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    await this.#sink.room();
  }

  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }

  async #page(): Promise<void> {
    try {
      while (this.#mode === 'paging') {
        await this.#room();
        if (this.#mode !== 'paging') return;
        const items = await this.#store.readMailbox(this.#device, this.#cursor, MAILBOX_PAGE, MAILBOX_PAGE_BYTES);
        if (this.#mode !== 'paging') return;
        const isWhole = this.#pushWhileThereIsRoom(items);
        // What was released while the store was reading may be missing in what it read: then it is read again.
        if (isWhole && isLastPage(items) && this.#released <= this.#cursor) this.#mode = 'live';
      }
    } catch (error) {
      this.#sink.fail(error);
    }
  }

  /** False when some did not fit: they are still on disk, and are read again rather than held here. */
  #pushWhileThereIsRoom(items: readonly MailboxItem[]): boolean {
    for (const item of items) {
      if (!this.#hasRoom) return false;
      this.#onDisk = item.position;
      this.#push(item);
    }
    return true;
  }

  #push(item: MailboxItem): void {
    this.#cursor = item.position;
    this.#unacked.pushed(item.position, item.body.length);
    this.#sink.push(item);
  }
}

function isLastPage(items: readonly MailboxItem[]): boolean {
  let bytes = 0;
  for (const item of items) bytes += item.body.length;
  return items.length < MAILBOX_PAGE && bytes < MAILBOX_PAGE_BYTES;
}
