import type { DeviceKey } from '../store/device-key.ts';

/** Positions of one generation a mailbox: 32 bits. */
const COUNTER_END = 2 ** 32;

/**
 * Gives out mailbox positions: `generation u32 ‖ counter u32`, strictly rising for each device, never twice. The generation was
 * raised durably when the server started, so that the counters may begin at 1 again.
 */
export class Positions {
  readonly #generation: bigint;
  readonly #counters = new Map<DeviceKey, number>();

  constructor(generation: number) {
    this.#generation = BigInt(generation) << 32n;
  }

  next(device: DeviceKey): bigint {
    const counter = (this.#counters.get(device) ?? 0) + 1;
    if (counter >= COUNTER_END) throw new Error('a mailbox has used up its positions of this generation');
    this.#counters.set(device, counter);
    return this.#generation | BigInt(counter);
  }

  /** Whether a position may have been given out. Of earlier generations only the order is known. */
  mayHaveGivenOut(device: DeviceKey, position: bigint): boolean {
    return position <= (this.#generation | BigInt(this.#counters.get(device) ?? 0));
  }
}
