import { within } from '../process.ts';
import type { DeviceKey } from '../../../packages/server/src/store/device-key.ts';

/** How far devices have ACKed what is on disk. */
export class Acks {
  readonly #positions = new Map<DeviceKey, bigint>();
  #changed = Promise.withResolvers<void>();

  /** An ACK, and what the store makes of it. */
  note<Result>({ by, position }: { by: { device: DeviceKey }; position: bigint }, result: Result): Result {
    if (position > (this.#positions.get(by.device) ?? 0n)) this.#positions.set(by.device, position);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return result;
  }

  reached(device: DeviceKey, position: bigint): Promise<void> {
    const wait = async (): Promise<void> => {
      while ((this.#positions.get(device) ?? 0n) < position) await this.#changed.promise;
    };
    return within(wait(), `an ACK of ${device}`);
  }
}
