import type { Environment } from '../environment.ts';
import type { Progress } from '../gen/rows_pb.ts';

/** What goes by unseen, while no client runs, counts for no more. */
const MOST_UNSEEN_MS = 24 * 60 * 60 * 1_000;

/**
 * The time by which what a client keeps grows old: requests, ids, KeyPackages. It goes by while the client runs, and by a day at most
 * between two runs, so that a clock that is wrong (a year ahead, say) has nothing dropped, also where it was wrong at the start. Who
 * is seldom on line keeps things longer.
 */
export class SteadyTime {
  readonly #environment: Pick<Environment, 'now' | 'monotonic'>;
  readonly #baseMs: number;
  readonly #startMs: number;

  /** Goes on where `noted` left it. */
  constructor(environment: Pick<Environment, 'now' | 'monotonic'>, { steadyMs, notedMs }: Progress) {
    const nowMs = environment.now();
    this.#environment = environment;
    this.#baseMs = steadyMs === 0 ? nowMs : steadyMs + Math.max(0, Math.min(nowMs - notedMs, MOST_UNSEEN_MS));
    this.#startMs = environment.monotonic();
  }

  now(): number {
    return Math.floor(this.#baseMs + this.#environment.monotonic() - this.#startMs);
  }

  /** For the vault, now and then. */
  note(): Pick<Progress, 'steadyMs' | 'notedMs'> {
    return { steadyMs: this.now(), notedMs: this.#environment.now() };
  }
}
