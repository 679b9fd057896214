import { MAX_POSITION_COUNTERS } from '@parley/protocol';
import type { DeviceKey } from '../store/device-key.ts';

/** Positions of one generation a mailbox: 32 bits. */
const COUNTER_END = 2 ** 32;

/**
 * Gives out mailbox positions: `generation u32 ‖ counter u32`, strictly rising for each device, never twice. The generation was
 * raised durably when the server started, so that the counters may begin at 1 again. Those of a bounded number of devices are
 * remembered: one that was forgotten goes on above all that were.
 */
export class Positions {
  readonly #generation: bigint;
  /** The longest known first. */
  readonly #counters = new Map<DeviceKey, number>();
  readonly #maxCounters: number;
  /** The highest of those that were forgotten. */
  #forgotten = 0;

  constructor(generation: number, maxCounters = MAX_POSITION_COUNTERS) {
    this.#generation = BigInt(generation) << 32n;
    this.#maxCounters = maxCounters;
  }

  next(device: DeviceKey): bigint {
    const counter = this.#last(device) + 1;
    if (counter >= COUNTER_END) throw new Error('a mailbox has used up its positions of this generation');
    this.#counters.set(device, counter);
    if (this.#counters.size > this.#maxCounters) this.#forgetOldest();
    return this.#generation | BigInt(counter);
  }

  /** Whether a position may have been given out. Of earlier generations only the order is known. */
  mayHaveGivenOut(device: DeviceKey, position: bigint): boolean {
    return position <= (this.#generation | BigInt(this.#last(device)));
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.#counters.size;
  }

  #last(device: DeviceKey): number {
    return this.#counters.get(device) ?? this.#forgotten;
  }

  #forgetOldest(): void {
    const [oldest] = this.#counters;
    if (oldest === undefined) return;
    const [device, counter] = oldest;
    this.#counters.delete(device);
    this.#forgotten = Math.max(this.#forgotten, counter);
  }
}
