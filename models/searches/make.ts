import type { Change, Search } from '../promela.ts';

/** A search of an end that is good: with it nothing holds only because nothing can happen. */
export function reach(name: string, end: number, defines: readonly string[]): Search {
  const all = [...defines, `REACH=${end}`];
  return { name: `reachable: ${name}`, quick: all, long: all, fails: `REACHED(${end})` };
}

/** A rule that is broken, which must be found. */
export function mutant(name: string, fails: string, defines: readonly string[], ...changes: readonly Change[]): Search {
  return { name: `mutant: ${name}`, quick: defines, long: defines, changes, fails };
}

/** Something that is not as it should be in the protocol as it is, models/README.md says what comes of it; found, so that it is not forgotten. */
export function open(name: string, fails: string, defines: readonly string[]): Search {
  return { name: `open: ${name}`, quick: defines, long: defines, fails };
}
