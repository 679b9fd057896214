import type { Endpoint } from './endpoint.ts';
import type { Meter } from './meter.ts';
import { SentTimes } from './sent-times.ts';

/** One direction of a pair: what was sent, has arrived, and was answered for. */
export class Sender {
  readonly #from: Endpoint;
  readonly #confirms: boolean;
  readonly #meter: Meter;
  readonly #toArrive: SentTimes;
  readonly #toConfirm: SentTimes;
  readonly #awaitsArrival: boolean;

  /** @param to `undefined`: the partner is not there, and nothing arrives */
  constructor(
    from: Endpoint,
    to: Endpoint | undefined,
    options: {
      readonly confirms: boolean;
      readonly mostUnderWay: number;
      readonly meter: Meter;
      readonly onArrived?: (count: number) => void;
      readonly onConfirmed?: (count: number) => void;
    },
  ) {
    this.#from = from;
    this.#confirms = options.confirms;
    this.#meter = options.meter;
    this.#awaitsArrival = to !== undefined;
    this.#toArrive = new SentTimes(options.mostUnderWay);
    this.#toConfirm = new SentTimes(options.mostUnderWay);
    if (to !== undefined) {
      to.onArrived = (count) => {
        this.#note(this.#toArrive, count, this.#meter.latency);
        this.#meter.count(count);
        options.onArrived?.(count);
      };
    }
    from.onConfirmed = (count) => {
      this.#note(this.#toConfirm, count, this.#meter.confirmed);
      if (to === undefined) this.#meter.count(count);
      options.onConfirmed?.(count);
    };
  }

  send(count: number): void {
    const nowMs = performance.now();
    if (this.#awaitsArrival) this.#toArrive.add(count, nowMs);
    if (this.#confirms) this.#toConfirm.add(count, nowMs);
    this.#from.send(count);
  }

  /** Messages that have not arrived, or not been answered for, whichever are more. */
  get underWay(): number {
    return Math.max(this.#toArrive.underWay, this.#toConfirm.underWay);
  }

  #note(times: SentTimes, count: number, latencies: Meter['latency']): void {
    const nowMs = performance.now();
    for (let i = 0; i < count; i += 1) {
      const sentMs = times.take();
      if (sentMs === undefined) throw new Error('more came than was sent');
      latencies.add(nowMs - sentMs);
    }
  }
}
