import { CommanderError } from 'commander';
import { Exit } from './exit.ts';
import { explain } from './explain.ts';
import { endWithOutput, flush, note } from './output.ts';
import { createProgram } from './program.ts';

endWithOutput();
// What goes there is for people: without them everything else goes on.
process.stderr.on('error', () => {});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}
await flush();
process.exit();

function report(error: unknown): number {
  // Commander has printed it. It ends with 0 where help or the version was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.done : Exit.usage;
  const { exitCode, line } = explain(error);
  note(`parley: ${line}`);
  return exitCode;
}
