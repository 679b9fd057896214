import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Latency, Measured } from './job.ts';
import { processorTimeUs, residentKb } from './usage.ts';

const LONGEST_NS = 600e9;

/** Measures what happens between `start` and `stop`; what comes before is warming up. */
export class Meter {
  readonly #serverPids: readonly number[];
  readonly latency = new Latencies();
  readonly confirmed = new Latencies();
  #isOn = false;
  #count = 0;
  #startMs = 0;
  #serverUs = 0;
  #generatorUs = 0;
  #residentKb: number[] = [];
  #result: Pick<Measured, 'count' | 'seconds' | 'serverCpuUs' | 'generatorCpuUs'> | undefined;
  disconnected = 0;

  constructor(serverPids: readonly number[]) {
    this.#serverPids = serverPids;
  }

  start(): void {
    this.#isOn = true;
    this.latency.isOn = true;
    this.confirmed.isOn = true;
    this.#count = 0;
    this.#startMs = performance.now();
    this.#serverUs = processorTimeUs(this.#serverPids);
    this.#generatorUs = ownUs();
  }

  count(more: number): void {
    if (this.#isOn) this.#count += more;
  }

  noteMemory(): void {
    this.#residentKb.push(residentKb(this.#serverPids));
  }

  stop(): void {
    this.#isOn = false;
    this.latency.isOn = false;
    this.confirmed.isOn = false;
    this.#result = {
      count: this.#count,
      seconds: (performance.now() - this.#startMs) / 1_000,
      serverCpuUs: processorTimeUs(this.#serverPids) - this.#serverUs,
      generatorCpuUs: ownUs() - this.#generatorUs,
    };
  }

  result(lost: number): Measured {
    if (this.#result === undefined) throw new Error('nothing was measured');
    const latency = this.latency.summary();
    const confirmed = this.confirmed.summary();
    return {
      ...this.#result,
      ...(latency === undefined ? {} : { latency }),
      ...(confirmed === undefined ? {} : { confirmed }),
      lost,
      disconnected: this.disconnected,
      residentKb: this.#residentKb,
    };
  }
}

/** How long things took. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST_NS, figures: 3 });
  isOn = false;

  add(ms: number): void {
    if (this.isOn) this.#histogram.record(Math.max(1, Math.round(ms * 1e6)));
  }

  /** `undefined`: there were none. */
  summary(): Latency | undefined {
    const { count, max } = this.#histogram;
    if (count === 0) return undefined;
    const ms = (ns: number): number => ns / 1e6;
    return { p50: ms(this.#histogram.percentile(50)), p99: ms(this.#histogram.percentile(99)), max: ms(max) };
  }
}

function ownUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
