/**
 * The words that are to stand before a program: each becomes the next, so that the program has the number of the process that is started.
 * @param core the processor that it may use, in batches (SCHED_BATCH): one that is woken by each write of another that shares it would not let
 *   that finish what it has begun. All processors, and as everything else, where this is left out.
 */
export function runningOn(core: number | undefined): string[] {
  return [
    ...(core === undefined ? [] : ['taskset', '-c', String(core), 'chrt', '-b', '0']),
    // Where this process is killed, it has no time to end others.
    ...['setpriv', '--pdeathsig', 'KILL'],
  ];
}
