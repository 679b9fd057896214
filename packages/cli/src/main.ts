import { CommanderError } from 'commander';
import { Exit } from './exit.ts';
import { explain } from './explain.ts';
import { flush, note } from './output.ts';
import { createProgram } from './program.ts';

// A reader that has seen enough (`parley user list | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? Exit.done : Exit.refused));

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
