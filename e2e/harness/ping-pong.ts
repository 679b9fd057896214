import { Latencies } from '../support/latencies.ts';
import type { Talker } from './talkers.ts';

/** One waits for each message, so that what is measured is how long one takes. */
export class PingPong {
  readonly #pairs: readonly (readonly [Talker, Talker])[];
  /** By who is shown it. */
  readonly #waiting = new Map<string, () => void>();
  #samples: number[] = [];

  constructor(pairs: readonly (readonly [Talker, Talker])[]) {
    this.#pairs = pairs;
    for (const talker of pairs.flat()) {
      talker.onEvent = ({ event }) => {
        if (event === 'message') this.#waiting.get(talker.name)?.();
      };
    }
  }

  /** All pairs say something to each other in turn while `work` lasts; milliseconds from the command to the message that is shown. */
  async during(work: Promise<unknown>): Promise<Latencies> {
    this.#samples = [];
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    const talk = async (pair: readonly [Talker, Talker]): Promise<void> => {
      for (let turn = 0; !isOver; turn += 1) await this.#ping(pair[turn % 2] as Talker, pair[(turn + 1) % 2] as Talker);
    };
    await Promise.all([over, ...this.#pairs.map(talk)]);
    return new Latencies(this.#samples);
  }

  async #ping(from: Talker, to: Talker): Promise<void> {
    const shown = new Promise<void>((resolve) => this.#waiting.set(to.name, resolve));
    const startMs = performance.now();
    from.say(to.name);
    await shown;
    this.#samples.push(performance.now() - startMs);
  }
}
