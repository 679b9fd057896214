import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { type RunOptions, within } from './process.ts';
import { ProcessEnd } from './process-end.ts';

const run = promisify(execFile);

const MAX_OUTPUT_BYTES = 256 * 1_024 * 1_024;
/** The window of the program, which is the first one. */
const WINDOW = ':0';

export interface TmuxOptions {
  readonly columns: number;
  readonly rows: number;
  readonly command: readonly string[];
  readonly env: NonNullable<RunOptions['env']>;
  readonly cwd: string;
  /** `TERM`: what the program is told. */
  readonly term: string;
}

/**
 * A tmux server of its own with one program in it: its socket and configuration are in a folder of its own, so that it has nothing to do
 * with any other. It lives as long as the client that started it, whose input is a pipe from this process: when this process ends,
 * however it ends, the pipe closes, the client goes, and the server and the program go with it.
 */
export class Tmux implements AsyncDisposable {
  /** Of its socket and configuration. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-tmux-'));
  readonly #env: TmuxOptions['env'];
  readonly #client: ChildProcessByStdio<Writable, Readable, null>;
  readonly #end: ProcessEnd;

  private constructor(options: TmuxOptions) {
    this.#env = options.env;
    writeFileSync(join(this.#folder, 'configuration'), configuration(options));
    // `env` runs a command of one word as it is. By itself that would be a line for a shell.
    const start = ['new-session', '-f', 'no-output', '-c', options.cwd, '--', 'env', ...options.command];
    this.#client = spawn('tmux', [...this.#general(), '-f', join(this.#folder, 'configuration'), '-C', ...start.map(literal)], {
      env: options.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#end = new ProcessEnd(this.#client);
    this.#client.stdin.on('error', () => {}); // the server may be gone
  }

  static async start(options: TmuxOptions): Promise<Tmux> {
    const tmux = new Tmux(options);
    try {
      await within(tmux.#started(), 'tmux to start');
      return tmux;
    } catch (error) {
      await tmux[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A command about the program's window; what it printed. @throws with what tmux has to say */
  async run(command: string, ...argumentList: readonly string[]): Promise<string> {
    return this.#run(undefined, [command, '-t', WINDOW, ...argumentList.map(literal)]);
  }

  /** Writes these bytes to the program as they are, or as a terminal pastes them. */
  async write(text: string, how: 'as it is' | 'as a paste'): Promise<void> {
    // Named, so that the clipboard stays what it is.
    const buffer = ['-b', 'typed'];
    const paste = ['paste-buffer', '-t', WINDOW, ...buffer, '-d', how === 'as a paste' ? '-p' : '-r'];
    await this.#run(text, ['load-buffer', ...buffer, '-', ';', ...paste]);
  }

  /** What a program has put on the clipboard last. */
  async clipboard(): Promise<string | undefined> {
    const names = await this.#run(undefined, ['list-buffers', '-F', '#{buffer_name}']);
    return names === '' ? undefined : this.#run(undefined, ['show-buffer']);
  }

  /** Values of tmux by name, such as `pane_title`. */
  async values<const Names extends readonly string[]>(...names: Names): Promise<{ [K in Names[number]]: string }> {
    const lines = await this.run('display-message', '-p', names.map((name) => `#{${name}}`).join('\n'));
    const values = lines.split('\n');
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) as { [K in Names[number]]: string };
  }

  /** What is on the screen, and whether that is all that comes. One command: tests look at screens again and again. */
  async look(): Promise<{ readonly screen: string; readonly isLast: boolean }> {
    const isDead = ['display-message', '-t', WINDOW, '-p', '#{pane_dead}'];
    const output = await this.#run(undefined, [...isDead, ';', 'capture-pane', '-t', WINDOW, '-p']);
    return { screen: output.slice(output.indexOf('\n') + 1), isLast: output.startsWith('1') };
  }

  /** How the program has ended: its exit code, or the signal. Not known before all that it has written is on the screen. */
  async end(): Promise<number | string | undefined> {
    const values = await this.values('pane_dead', 'pane_dead_status', 'pane_dead_signal', 'pid');
    if (values.pane_dead === '0') return undefined;
    if (values.pane_dead_status !== '') return Number(values.pane_dead_status);
    if (values.pane_dead_signal !== '') return values.pane_dead_signal;
    // Now and then tmux 3.3a misses that the program has ended after it has let go of the terminal.
    process.kill(Number(values.pid), 'SIGCHLD');
    return undefined;
  }

  /** Ends the program at once, then the server, so that nobody is left behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Each may have ended meanwhile; the client knows.
    if (!this.#end.isOver) await this.#endProgram().catch(() => {});
    if (!this.#end.isOver) await this.#run(undefined, ['kill-server']).catch(() => {});
    await within(this.#end.code, 'tmux to end', () => this.#client.kill('SIGKILL'));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #endProgram(): Promise<void> {
    if ((await this.end()) === undefined) process.kill(Number((await this.values('pane_pid')).pane_pid), 'SIGKILL');
  }

  async #started(): Promise<void> {
    let said = '';
    this.#client.stdout.setEncoding('utf8');
    this.#client.stdout.on('data', (text: string) => {
      said += text;
    });
    while (!said.includes('%session-changed')) {
      if (this.#end.isOver) throw new Error(`tmux did not start: ${said}`);
      await Promise.race([once(this.#client.stdout, 'data'), this.#end.code]);
    }
  }

  async #run(input: string | undefined, argumentList: readonly string[]): Promise<string> {
    const running = run('tmux', [...this.#general(), '-N', ...argumentList], { env: this.#env, maxBuffer: MAX_OUTPUT_BYTES });
    running.child.stdin?.on('error', () => {}); // its exit says what is wrong
    running.child.stdin?.end(input ?? '');
    return (await running).stdout;
  }

  #general(): string[] {
    return ['-u', '-S', join(this.#folder, 'socket')];
  }
}

function configuration({ columns, rows, term }: TmuxOptions): string {
  const lines = [
    'set -s escape-time 0',
    'set -s extended-keys on',
    'set -s set-clipboard on',
    'set -s focus-events on',
    'set -g status off',
    'set -g history-limit 100000',
    `set -g default-terminal ${term}`,
    `set -g default-size ${columns}x${rows}`,
    // A program that has ended stays on the screen as it was.
    'set -g remain-on-exit on',
    'set -g remain-on-exit-format ""',
    'set -g destroy-unattached on',
    'set -g @bells 0',
    'set-hook -g alert-bell { set -gF @bells "#{e|+:#{@bells},1}" }',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** tmux takes a semicolon at the end of an argument for the end of the command. */
function literal(argument: string): string {
  return argument.replace(/;$/, '\\;');
}
