import { MAX_FRAME, ParleyError, POSITION_BYTES } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { ServerLimits } from '../config.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { Delivery } from '../store/entries.ts';
import type { Store } from '../store/store.ts';
import { Feed, type Sink } from './feed.ts';
import { LiveItems, type LiveLimits } from './live-items.ts';
import { Positions } from './positions.ts';

/** Body of an item, bytes: pushed with its position in front it must fit a frame. */
const MAX_ITEM = MAX_FRAME - POSITION_BYTES;

/** Bytes of bodies. */
type DeliveryLimits = LiveLimits & Pick<ServerLimits, 'maxUnackedBytes'>;

/** What goes into one mailbox. */
export interface Parcel {
  readonly device: DeviceKey;
  readonly opcode: number;
  /** Without its position. */
  readonly body: Uint8Array;
}

/**
 * The mailboxes of all devices: gives each item its position, and has it pushed to the device. To devices that are on line and keep up
 * a message is pushed first, and written only if its ACK does not come (`pushFirst`); all else is pushed once it is on disk (`deliver`).
 * Whatever order the store answers in, a device gets its items in order of position.
 */
export class Mailboxes {
  readonly #store: Pick<Store, 'readMailbox' | 'keep'>;
  readonly #live: LiveItems;
  readonly #clock: Clock;
  readonly #maxUnackedBytes: number;
  readonly #positions: Positions;
  /** Only of devices that are on line or have deliveries under way. */
  readonly #mailboxes = new Map<DeviceKey, Mailbox>();

  constructor(store: Pick<Store, 'readMailbox' | 'keep'>, generation: number, clock: Clock, limits: DeliveryLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#maxUnackedBytes = limits.maxUnackedBytes;
    this.#live = new LiveItems(store, clock, limits, (device, position) =>
      this.#mailboxes.get(device)?.feed?.noteOnDisk(position),
    );
    this.#positions = new Positions(generation);
  }

  /**
   * Reserves a position for each parcel, has `append` write them in one transaction (it is called before this method returns, so
   * that order of calls is order on disk), then pushes those that `isKept` says the store has kept. Rejects with ParleyError
   * `too_large` what no device could be sent.
   */
  deliver<Result>(
    parcels: readonly Parcel[],
    append: (deliveries: Delivery[]) => Promise<Result>,
    isKept: (result: Result, device: DeviceKey) => boolean,
  ): Promise<Result> {
    if (parcels.some(({ body }) => body.length > MAX_ITEM)) {
      return Promise.reject(new ParleyError('too_large', 'a message that would not fit a frame at the receiver'));
    }
    // In each mailbox everything is on disk, or nothing that comes after it.
    for (const { device } of parcels) this.#live.write(device);
    const reservations = parcels.map((parcel) => this.#reserve(parcel));
    const settle = (keep: (device: DeviceKey) => boolean): void => {
      for (const { mailbox, entry } of reservations) {
        entry.state = keep(entry.delivery.device) ? 'stored' : 'cancelled';
        this.#advance(mailbox);
      }
    };
    const start = async (): Promise<Result> => append(reservations.map(({ entry }) => entry.delivery)); // throws nothing
    return start().then(
      (result) => {
        settle((device) => isKept(result, device));
        return result;
      },
      (error: unknown) => {
        settle(() => false);
        throw error;
      },
    );
  }

  /**
   * Pushes what has been accepted to devices that are all on line and keep up, without a write. `onSafe` is called once: when each of them
   * has ACKed it, or it is on disk after all; then nothing can lose it. False: that is not how things stand, and nothing was done.
   */
  pushFirst(parcels: readonly Parcel[], onSafe: () => void): boolean {
    if (parcels.length === 0) return false;
    for (const parcel of parcels) if (!this.#canPushFirst(parcel)) return false;
    let left = parcels.length;
    const oneIsSafe = (): void => {
      left -= 1;
      if (left === 0) onSafe();
    };
    for (const parcel of parcels) {
      const delivery = this.#deliveryOf(parcel);
      this.#live.hold(delivery, oneIsSafe);
      this.#mailboxes.get(parcel.device)?.feed?.pushFirst(delivery);
    }
    return true;
  }

  #canPushFirst({ device, body }: Parcel): boolean {
    const mailbox = this.#mailboxes.get(device);
    // Behind a write that is under way it would be on no disk when a page is read that has what comes after it.
    return mailbox?.feed?.isLive === true && mailbox.underWay.length === 0 && this.#live.accepts(device, body);
  }

  /** A device has stored everything up to `position`. */
  acked(device: DeviceKey, position: bigint): void {
    this.#live.acked(device, position);
    this.#mailboxes.get(device)?.feed?.acked(position);
  }

  /** Writes what was pushed and has no ACK yet. */
  writeAll(): Promise<void> {
    return this.#live.writeAll();
  }

  /** Brings everything after `after`, and from then on what comes, to a device that has logged in. */
  attach(device: DeviceKey, after: bigint, sink: Sink): Feed {
    const mailbox = this.#mailbox(device);
    mailbox.feed?.stop();
    const options = { after, maxUnackedBytes: this.#maxUnackedBytes };
    mailbox.feed = new Feed(this.#store, device, options, sink, this.#live.leave(device)); // it reads what was held
    return mailbox.feed;
  }

  detach(device: DeviceKey, feed: Feed): void {
    feed.stop();
    const mailbox = this.#mailboxes.get(device);
    if (mailbox === undefined || mailbox.feed !== feed) return;
    mailbox.feed = undefined;
    void this.#live.leave(device);
    this.#forgetIfIdle(mailbox);
  }

  mayHaveGivenOut(device: DeviceKey, position: bigint): boolean {
    return this.#positions.mayHaveGivenOut(device, position);
  }

  #deliveryOf({ device, opcode, body }: Parcel): Delivery {
    return { device, opcode, body, position: this.#positions.next(device), atMs: this.#clock.steadyMs() };
  }

  #reserve(parcel: Parcel): { mailbox: Mailbox; entry: Entry } {
    const mailbox = this.#mailbox(parcel.device);
    const entry: Entry = { delivery: this.#deliveryOf(parcel), state: 'waiting' };
    mailbox.underWay.push(entry);
    return { mailbox, entry };
  }

  #advance(mailbox: Mailbox): void {
    for (let entry = mailbox.underWay[0]; entry !== undefined && entry.state !== 'waiting'; entry = mailbox.underWay[0]) {
      mailbox.underWay.shift();
      if (entry.state === 'stored') mailbox.feed?.release(entry.delivery);
    }
    this.#forgetIfIdle(mailbox);
  }

  #mailbox(device: DeviceKey): Mailbox {
    let mailbox = this.#mailboxes.get(device);
    if (mailbox === undefined) {
      mailbox = { device, underWay: [], feed: undefined };
      this.#mailboxes.set(device, mailbox);
    }
    return mailbox;
  }

  #forgetIfIdle(mailbox: Mailbox): void {
    if (mailbox.feed === undefined && mailbox.underWay.length === 0) this.#mailboxes.delete(mailbox.device);
  }
}

interface Entry {
  readonly delivery: Delivery;
  state: 'waiting' | 'stored' | 'cancelled';
}

interface Mailbox {
  readonly device: DeviceKey;
  /** In order of position. */
  readonly underWay: Entry[];
  feed: Feed | undefined;
}
