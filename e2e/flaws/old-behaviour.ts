/** A place in our code, and what stood there if it were as it was in the system Parley grew from. `from` is there exactly once. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One way of having a flaw back: the test that answers it must then fail. */
export interface OldBehaviour {
  readonly flaw: number;
  readonly what: string;
  readonly changes: readonly Change[];
}

// A change below the src of each package.
export const protocol = (path: string, from: string, to: string): Change => ({ file: `packages/protocol/src/${path}`, from, to });
export const server = (path: string, from: string, to: string): Change => ({ file: `packages/server/src/${path}`, from, to });
export const client = (path: string, from: string, to: string): Change => ({ file: `packages/client/src/${path}`, from, to });
export const cli = (path: string, from: string, to: string): Change => ({ file: `packages/cli/src/${path}`, from, to });
