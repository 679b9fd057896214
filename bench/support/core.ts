import { readFileSync } from 'node:fs';
import { flag, number, type Option } from './options.ts';

const LAST_CORE = 1_023;

/** The option --core: by default the first processor that this process may use, which need not be 0 in a container. */
export function coreOption(what = 'the processor that server and load generator share'): Option<number> {
  return number(what, firstCore(), { min: 0, max: LAST_CORE });
}

export const pinnedOption = flag('server and load generator on one processor: what a message costs repeats within some 3 %');

/** proc(5), `status`; 0 where there is none. */
function firstCore(): number {
  try {
    return Number(/^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
