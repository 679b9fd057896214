import type { Case } from './case.ts';
import { CLAIMS } from './claims.ts';
import { MUTANTS } from './mutants.ts';

/** Everything that is run, by name; a mutant's begins with `mutant-`. */
export const CASES: Readonly<Record<string, Case>> = {
  ...CLAIMS,
  ...Object.fromEntries(Object.entries(MUTANTS).map(([name, mutant]) => [`mutant-${name}`, mutant])),
};
