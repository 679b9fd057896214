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
  /** Monotonic. */
  readonly sinceMs: number;
  readonly onSafe: () => void;
}

/** What is held for one device. */
interface Held {
  /** In order of position. */
  readonly items: Item[];
  bytes: number;
  /** It is to be written: until nothing of it is left, nothing more is held. */
  isDue: boolean;
  isWriting: boolean;
  /** Monotonic. */
  writeAgainMs: number;
  /** Nothing of it is left. */
  readonly over: PromiseWithResolvers<void>;
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

  /** Whether so many bytes may be held for a device: it keeps up, and there is room for them. */
  accepts(device: DeviceKey, bytes: number): boolean {
    const { maxLiveBytes, maxLiveBytesPerDevice } = this.#limits;
    const held = this.#held.get(device);
    if (this.#late.has(device) || held?.isDue === true) return false;
    return (held?.bytes ?? 0) + bytes <= maxLiveBytesPerDevice && this.#bytes + bytes <= maxLiveBytes;
  }

  /** An item that was just pushed; `onSafe` is called once, when nothing can lose it any more. */
  hold(delivery: Delivery, onSafe: () => void): void {
    const held = this.#held.get(delivery.device) ?? emptyHanded();
    held.items.push({ delivery, onSafe, sinceMs: this.#clock.monotonicMs() });
    this.#count(held, delivery.body.length);
    this.#held.set(delivery.device, held);
    this.#checkLater();
  }

  /** The device has stored everything up to `position`. */
  acked(device: DeviceKey, position: bigint): void {
    if ((this.#late.get(device) ?? position + 1n) <= position) this.#late.delete(device);
    const held = this.#held.get(device);
    if (held !== undefined) this.#release(device, held, position);
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
    return this.#held.get(device)?.over.promise;
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
    let count = 0;
    while ((held.items[count]?.delivery.position ?? position + 1n) <= position) count += 1;
    const safe = held.items.splice(0, count);
    for (const { delivery, onSafe } of safe) {
      this.#count(held, -delivery.body.length);
      onSafe();
    }
    if (held.items.length > 0 || this.#held.get(device) !== held) return;
    this.#held.delete(device);
    held.over.resolve();
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

  #count(held: Held, bytes: number): void {
    held.bytes += bytes;
    this.#bytes += bytes;
  }
}

function emptyHanded(): Held {
  return { items: [], bytes: 0, isDue: false, isWriting: false, writeAgainMs: 0, over: Promise.withResolvers() };
}
