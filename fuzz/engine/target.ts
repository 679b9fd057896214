import type fc from 'fast-check';

type ErrorClass = abstract new (...args: never[]) => Error;

/** Something that reads bytes (or text) from outside, and how it must behave whatever they are. */
export interface Target {
  /** As in `npm run fuzz -- NAME`, and the folder of its corpus. */
  readonly name: string;
  /** The functions of ours that it is about, as their sources name them (fuzz/decoders.test.ts). */
  readonly decodes: readonly string[];
  /** What it throws for what it does not take. Every other error is a crash. */
  readonly refuses: readonly ErrorClass[];
  /** Longest input that is tried, bytes. */
  readonly maxLength: number;
  /** Inputs of the short run in `npm test`; fewer where one takes long. */
  readonly quickRuns?: number;
  /** Makes what it needs: keys, a group, a file. The same at each call, so that an input means the same in every run. */
  prepare(): Prepared | Promise<Prepared>;
}

export interface Prepared {
  /**
   * Decodes, and checks what must hold of what came out. Returning means that the input was taken; throwing `NotTaken` or one of
   * `refuses` that it was not; any other error is a problem.
   */
  run(input: Uint8Array): void | Promise<void>;
  /** Real encodings, where they are not in the corpus, which is small. */
  readonly seeds?: readonly Uint8Array[];
  /** Pieces that mean something to the decoder. */
  readonly tokens?: readonly Uint8Array[];
  /** Inputs that are well-formed but for what was changed in them. */
  readonly structured?: fc.Arbitrary<Uint8Array>;
  /** What must still hold at the end: that a state which was given bad input goes on, say. */
  finish?(): void | Promise<void>;
}

/** For decoders that say `undefined`, or false, instead of throwing. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

export function take<T>(value: T | undefined | false): T {
  if (value === undefined || value === false) throw new NotTaken('not taken');
  return value;
}
