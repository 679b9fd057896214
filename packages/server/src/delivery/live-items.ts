import { ACK_WAIT_MS } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { ServerLimits } from '../config.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { Delivery } from '../store/entries.ts';
import type { Store } from '../store/store.ts';

/** Bytes of bodies. */
export type LiveLimits = Pick<ServerLimits, 'maxLiveBytes' | 'maxLiveBytesPerDevice'>;

/** What found no space on the disk is tried again after this time. */
const WRITE_AGAIN_MS = 1_000;

interface Item {
  readonly delivery: Delivery;
  /** What it is counted for: its body; the oldest that is held of a record for all of that. */
  bytes: number;
  /** Monotonic. */
  readonly sinceMs: number;
  readonly onSafe: () => void;
}

/** What is held for one device. */
interface Held {
  /** In order of position. */
  items: Item[];
  bytes: number;
  /** In which the body of its newest item lies, with those before it that came in the same record. */
  buffer: ArrayBufferLike | undefined;
  /** It is to be written: until nothing of it is left, nothing more is held. */
  isDue: boolean;
  isWriting: boolean;
  /** Monotonic. */
  writeAgainMs: number;
  /** Who waits until nothing of it is left. */
  over: PromiseWithResolvers<void> | undefined;
}

/**
 * What was pushed to devices and is on no disk: each item is held until its device has ACKed it, or it is written after all, because the
 * ACK does not come or the device has gone. What finds no space on the disk stays here, and is tried again.
 */
export class LiveItems {
  readonly #store: Pick<Store, 'keep'>;
  readonly #clock: Clock;
  readonly #limits: LiveLimits;
  readonly #onWrite: (device: DeviceKey, position: bigint) => void;
  readonly #held = new Map<DeviceKey, Held>();
  #bytes = 0;
  /** Devices that did not ACK in time, and up to which position: until they have, nobody waits for them again. */
  readonly #late = new Map<DeviceKey, bigint>();
  #cancelCheck: (() => void) | undefined;
  #isStopping = false;

  /** @param onWrite is told of each device something is written for, and up to which position */
  constructor(
    store: Pick<Store, 'keep'>,
    clock: Clock,
    limits: LiveLimits,
    onWrite: (device: DeviceKey, position: bigint) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
    this.#onWrite = onWrite;
  }

  /** Whether a body may be held for a device: it keeps up, and there is room for it. */
  accepts(device: DeviceKey, body: Uint8Array): boolean {
    const { maxLiveBytes, maxLiveBytesPerDevice } = this.#limits;
    const held = this.#held.get(device);
    if (this.#late.has(device) || held?.isDue === true) return false;
    const bytes = bytesOf(body, held);
    return (held?.bytes ?? 0) + bytes <= maxLiveBytesPerDevice && this.#bytes + bytes <= maxLiveBytes;
  }

  /** An item that was just pushed; `onSafe` is called once, when nothing can lose it any more. */
  hold(delivery: Delivery, onSafe: () => void): void {
    let held = this.#held.get(delivery.device);
    if (held === undefined) {
      held = { items: [], bytes: 0, buffer: undefined, isDue: false, isWriting: false, writeAgainMs: 0, over: undefined };
      this.#held.set(delivery.device, held);
      this.#checkLater();
    }
    const bytes = bytesOf(delivery.body, held);
    held.buffer = delivery.body.buffer;
    held.items.push({ delivery, bytes, onSafe, sinceMs: this.#clock.monotonicMs() });
    this.#count(held, bytes);
  }

  /** The device has stored everything up to `position`. */
  acked(device: DeviceKey, position: bigint): void {
    if (this.#late.size > 0) this.#noteInTime(device, position);
    const held = this.#held.get(device);
    if (held !== undefined) this.#release(device, held, position);
  }

  #noteInTime(device: DeviceKey, position: bigint): void {
    const late = this.#late.get(device);
    if (late !== undefined && late <= position) this.#late.delete(device);
  }

  /** Writes what is held for a device. Whatever is put into its mailbox after this call is on disk only where that is. */
  write(device: DeviceKey): void {
    const held = this.#held.get(device);
    if (held !== undefined) void this.#write(device, held);
  }

  /** The device has gone: writes what is held for it. Resolves when nothing is; `undefined`: nothing was. */
  leave(device: DeviceKey): Promise<void> | undefined {
    this.write(device);
    this.#late.delete(device);
    const held = this.#held.get(device);
    if (held !== undefined) held.over ??= Promise.withResolvers();
    return held?.over?.promise;
  }

  /** The server stops: writes everything, once. */
  async writeAll(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#held].map(([device, held]) => this.#write(device, held)));
  }

  async #write(device: DeviceKey, held: Held): Promise<void> {
    held.isDue = true;
    if (held.isWriting) return;
    const last = held.items.at(-1)?.delivery.position ?? 0n;
    held.isWriting = true;
    this.#onWrite(device, last);
    try {
      await this.#store.keep(held.items.map(({ delivery }) => delivery));
      this.#release(device, held, last);
    } catch {
      // A full disk: nobody is told OK, and what comes after it in this mailbox waits. (A store that is broken stops the server.)
      held.writeAgainMs = this.#clock.monotonicMs() + WRITE_AGAIN_MS;
    } finally {
      held.isWriting = false;
    }
  }

  #release(device: DeviceKey, held: Held, position: bigint): void {
    const { items } = held;
    let count = 0;
    for (let item = items[0]; item !== undefined && item.delivery.position <= position; item = items[count]) count += 1;
    if (count === items.length) held.items = [];
    else if (count > 0) held.items = items.slice(count);
    for (let i = 0; i < count; i += 1) {
      const { bytes, onSafe } = items[i] as Item;
      this.#count(held, -bytes);
      onSafe();
    }
    const [oldest] = held.items;
    if (oldest !== undefined && count > 0) this.#recount(held, oldest);
    if (held.items.length > 0 || this.#held.get(device) !== held) return;
    this.#held.delete(device);
    held.over?.resolve();
  }

  /** One timer for all: what has waited long enough is written, between one and two waits after it was pushed. */
  #check(): void {
    this.#cancelCheck = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const [device, held] of this.#held) {
      const dueMs = held.isDue ? held.writeAgainMs : (held.items[0]?.sinceMs ?? 0) + ACK_WAIT_MS;
      if (held.isWriting || dueMs > nowMs) continue;
      if (!held.isDue) this.#late.set(device, held.items.at(-1)?.delivery.position ?? 0n);
      void this.#write(device, held);
    }
    if (this.#held.size > 0) this.#checkLater();
  }

  #checkLater(): void {
    if (!this.#isStopping) this.#cancelCheck ??= this.#clock.after(ACK_WAIT_MS, () => this.#check());
  }

  #recount(held: Held, oldest: Item): void {
    const bytes = oldest.delivery.body.buffer.byteLength;
    this.#count(held, bytes - oldest.bytes);
    oldest.bytes = bytes;
  }

  #count(held: Held, bytes: number): void {
    held.bytes += bytes;
    this.#bytes += bytes;
  }
}

/** A body is a view of the record that it came in, which stays in memory as a whole. */
function bytesOf(body: Uint8Array, held: Held | undefined): number {
  return body.buffer === held?.buffer ? body.length : body.buffer.byteLength;
}
