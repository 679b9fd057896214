/** Aborted by what asks this process to end. Once: the next signal ends it where it stands. */
export function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    const onSignal = (): void => {
      controller.abort();
      // Not before all have heard of it: Ink ends the process at once where it finds nobody else who listens.
      setImmediate(() => process.off(signal, onSignal));
    };
    process.on(signal, onSignal);
  }
  return controller.signal;
}
