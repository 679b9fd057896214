/** `node terminal-process.ts COMMAND…` runs it on a terminal and stays, so that a test can see what is left when this process is killed. */
import { Terminal } from './terminal.ts';

await Terminal.start({ command: process.argv.slice(2) });
