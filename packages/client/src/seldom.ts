import type { Environment } from './environment.ts';

/** So many things are remembered. A server that makes up more of them is told of again sooner, and no more than that. */
const MAX_KEYS = 1_000;

/** Says of each thing whether it is time to tell it again: what a server can do as often as it likes must not fill the screen. */
export class Seldom {
  readonly #monotonic: Environment['monotonic'];
  readonly #everyMs: number;
  /** When it was told last, the longest ago first. */
  readonly #toldMs = new Map<string, number>();

  constructor({ monotonic }: Pick<Environment, 'monotonic'>, everyMs: number) {
    this.#monotonic = monotonic;
    this.#everyMs = everyMs;
  }

  /** Whether it was not told for so long; then it counts as told now. */
  isDue(key: string): boolean {
    const nowMs = this.#monotonic();
    const toldMs = this.#toldMs.get(key);
    if (toldMs !== undefined && nowMs - toldMs < this.#everyMs) return false;
    this.#toldMs.delete(key);
    this.#toldMs.set(key, nowMs);
    const [oldest] = this.#toldMs.keys();
    if (this.#toldMs.size > MAX_KEYS && oldest !== undefined) this.#toldMs.delete(oldest);
    return true;
  }
}
