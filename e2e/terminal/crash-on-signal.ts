/** Imported by a program before its own: makes it throw where nobody catches, when it gets SIGUSR2. */
process.on('SIGUSR2', () => {
  setImmediate(() => {
    throw new Error('crashed on purpose');
  });
});
