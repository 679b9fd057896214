import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { type Finished, parley, type RunOptions, spawnParley, within } from './process.ts';
import { ProcessEnd } from './process-end.ts';
import type { World } from './world.ts';

/** `parley send` of a user, to its end. */
export function send(world: World, user: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return parley(argumentsOf(world, user, args), options);
}

/** A real `parley send` that waits for something. */
export class SendCommand {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #end: ProcessEnd;
  #stdout = '';
  #stderr = '';

  constructor(world: World, user: string, args: readonly string[]) {
    this.#child = spawnParley(argumentsOf(world, user, args));
    this.#end = new ProcessEnd(this.#child);
    this.#child.stdout.on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.on('data', (text: string) => {
      this.#stderr += text;
    });
    world.defer(async () => {
      this.#child.kill('SIGKILL');
      await this.#end.code;
    });
  }

  /** Waits until what it has written to stderr matches. */
  async notes(pattern: RegExp): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!pattern.test(this.#stderr)) {
        if (this.#end.isOver) throw new Error(`it ended with ${this.#end.how}: ${this.#stderr}`);
        await Promise.race([once(this.#child.stderr, 'data'), this.#end.code]);
      }
    };
    await within(wait(), `${pattern} in ${JSON.stringify(this.#stderr)}`);
  }

  /** As Ctrl+C does. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  async ended(): Promise<Finished> {
    const code = await within(this.#end.code, 'send to end', () => this.#child.kill('SIGKILL'));
    return { code, stdout: this.#stdout, stderr: this.#stderr };
  }
}

function argumentsOf(world: World, user: string, args: readonly string[]): string[] {
  return ['send', '--account', world.account(user), '--data', world.clientFolder(user), ...args];
}
