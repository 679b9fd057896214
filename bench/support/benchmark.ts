import type { Programs } from './needs.ts';
import type { Options, Values } from './options.ts';
import type { Chart } from './svg/chart.ts';
import type { Table } from './table.ts';

/** What a benchmark has found. */
export interface Report {
  /** Printed as they are; with --json each row is a line. */
  readonly tables: readonly Table[];
  /** What follows from the tables: for people only. */
  readonly remarks?: readonly Table[];
  /** For --svg. */
  readonly charts?: readonly Chart[];
  /** What was not as it should be: the exit code is 1 then. */
  readonly problems?: readonly string[];
}

/** Says on stderr how far it is. */
export type Progress = (line: string) => void;

interface Description<O extends Options> {
  /** One line, for the list and the help. */
  readonly what: string;
  /** What the figures mean, and the lines of --json hold. */
  readonly notes: string;
  readonly options: O;
  /** Without these it does not run. */
  readonly programs?: Programs;
  run(values: Values<O>, progress: Progress): Promise<Report>;
}

export type Benchmark = Description<Options>;

/** A benchmark whose `run` gets the values of just these options. */
export function benchmark<const O extends Options>(description: Description<O>): Benchmark {
  return { ...description, run: (values, progress) => description.run(values as Values<O>, progress) };
}
