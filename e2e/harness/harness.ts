/** The figures a harness is run with: counts, sizes, times with their unit in the name. */
export type Figures = Readonly<Record<string, number>>;

/** What a run has counted, and what was not as it should be: an empty list is success. */
export interface Outcome {
  readonly counts: Figures;
  readonly problems: readonly string[];
}

/** One way of treating the system badly, and of counting what became of what it had promised. */
export interface Harness<F extends Figures = Figures> {
  /** One line for the list of harnesses. */
  readonly what: string;
  /** For `npm test`: seconds. */
  readonly quick: F;
  /** On demand: minutes. */
  readonly long: F;
  /** For the `skip` option of a test: false, or why it cannot run on this machine. */
  unless?(): string | false;
  run(figures: F, log: (line: string) => void): Promise<Outcome>;
}
