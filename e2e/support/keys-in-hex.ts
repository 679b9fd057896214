/**
 * Shows what a terminal sends: `node keys-in-hex.ts [REQUEST]` writes REQUEST (escape sequences that ask the terminal for something, as
 * the inside of a JSON string), then `ready`, then a line in hexadecimal for each time it reads something. Ends with 7 at a `q`.
 */
process.stdin.setRawMode(true);
process.stdout.write(`${JSON.parse(`"${process.argv[2] ?? ''}"`)}ready\r\n`);
process.stdin.on('data', (data: Buffer) => {
  process.stdout.write(`${data.toString('hex')}\r\n`);
  if (data.toString() === 'q') process.exit(7);
});
