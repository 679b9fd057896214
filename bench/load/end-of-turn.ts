const flushes = new Set<() => void>();

/** Runs each action once, when this turn of the event loop is over: what a turn has queued leaves together. */
export function atEndOfTurn(flush: () => void): void {
  if (flushes.size === 0) setImmediate(run);
  flushes.add(flush);
}

function run(): void {
  const due = [...flushes];
  flushes.clear();
  for (const flush of due) flush();
}
