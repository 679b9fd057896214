import { ACK_WAIT_MS } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { ServerLimits } from '../config.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { Delivery, Store } from '../store/store.ts';

/** Bytes of bodies. */
export type LiveLimits = Pick<ServerLimits, 'maxLiveBytes' | 'maxLiveBytesPerDevice'>;

interface Held {
  readonly delivery: Delivery;
  /** Monotonic. */
  readonly sinceMs: number;
  readonly onSafe: () => void;
}

/**
 * What was pushed to devices and is on no disk: each item is held until its device has ACKed it, or it is written after all, because the
 * ACK does not come or the device has gone.
 */
export class LiveItems {
  readonly #store: Pick<Store, 'keep'>;
  readonly #clock: Clock;
  readonly #limits: LiveLimits;
  readonly #onWrite: (device: DeviceKey, position: bigint) => void;
  /** In order of position. */
  readonly #held = new Map<DeviceKey, { items: Held[]; bytes: number }>();
  #bytes = 0;
  /** Devices that did not ACK in time, and up to which position: until they have, nobody waits for them again. */
  readonly #late = new Map<DeviceKey, bigint>();
  #cancelCheck: (() => void) | undefined;

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
    if (this.#late.has(device)) return false;
    return (this.#held.get(device)?.bytes ?? 0) + bytes <= maxLiveBytesPerDevice && this.#bytes + bytes <= maxLiveBytes;
  }

  /** An item that was just pushed; `onSafe` is called once, when nothing can lose it any more. */
  hold(delivery: Delivery, onSafe: () => void): void {
    const held = this.#held.get(delivery.device) ?? { items: [], bytes: 0 };
    held.items.push({ delivery, onSafe, sinceMs: this.#clock.monotonicMs() });
    this.#count(held, delivery.body.length);
    this.#held.set(delivery.device, held);
    this.#cancelCheck ??= this.#clock.after(ACK_WAIT_MS, () => this.#check());
  }

  /** The device has stored everything up to `position`. */
  acked(device: DeviceKey, position: bigint): void {
    if ((this.#late.get(device) ?? position + 1n) <= position) this.#late.delete(device);
    const held = this.#held.get(device);
    if (held === undefined) return;
    let count = 0;
    while ((held.items[count]?.delivery.position ?? position + 1n) <= position) count += 1;
    const safe = held.items.splice(0, count);
    if (held.items.length === 0) this.#held.delete(device);
    for (const { delivery, onSafe } of safe) {
      this.#count(held, -delivery.body.length);
      onSafe();
    }
  }

  /** The device has gone: writes what is held for it. Whatever the store is asked after this call finds it there. */
  leave(device: DeviceKey): void {
    void this.#write(device);
    this.#late.delete(device);
  }

  async writeAll(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((device) => this.#write(device)));
  }

  #write(device: DeviceKey): Promise<void> {
    const held = this.#held.get(device);
    if (held === undefined) return Promise.resolve();
    this.#held.delete(device);
    this.#bytes -= held.bytes;
    this.#onWrite(device, held.items.at(-1)?.delivery.position ?? 0n);
    return this.#store.keep(held.items.map(({ delivery }) => delivery)).then(
      () => {
        for (const { onSafe } of held.items) onSafe();
      },
      // A store that fails stops the server; nobody is told OK.
      () => {},
    );
  }

  /** One timer for all: what has waited long enough is written, between one and two waits after it was pushed. */
  #check(): void {
    this.#cancelCheck = undefined;
    const since = this.#clock.monotonicMs() - ACK_WAIT_MS;
    for (const [device, { items }] of this.#held) {
      if ((items[0]?.sinceMs ?? 0) > since) continue;
      this.#late.set(device, items.at(-1)?.delivery.position ?? 0n);
      void this.#write(device);
    }
    if (this.#held.size > 0) this.#cancelCheck = this.#clock.after(ACK_WAIT_MS, () => this.#check());
  }

  #count(held: { bytes: number }, bytes: number): void {
    held.bytes += bytes;
    this.#bytes += bytes;
  }
}
