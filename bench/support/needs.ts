import { findProgram } from '../../e2e/support/programs.ts';
import { UsageError } from './options.ts';

/** Programs outside npm, and the packages of Debian they come with. */
export type Programs = Readonly<Record<string, string>>;

/** What servers and the load generator are started with; all on Linux, whose /proc tells what they cost. */
export const SERVER_PROGRAMS: Programs = {
  taskset: 'util-linux',
  chrt: 'util-linux',
  prlimit: 'util-linux',
  setpriv: 'util-linux',
};

/** @throws UsageError with what to install */
export function requirePrograms(programs: Programs): void {
  const missing = Object.keys(programs).filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const packages = new Set(missing.map((name) => programs[name]));
  throw new UsageError(`this needs ${missing.join(', ')}, on Linux: apt-get install ${[...packages].join(' ')}`);
}
