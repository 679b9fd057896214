import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** The launcher that `npx parley` runs. */
export const LAUNCHER = resolve(import.meta.dirname, '../../packages/cli/bin/parley.js');

/** How long a black-box test waits for what must come. Generous: a busy machine must not fail a test. */
export const DEADLINE_MS = 60_000;

export const PASSPHRASE = 'correct horse battery staple';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly cwd?: string;
  /** A program that runs `parley`, with its options. It must become it: signals go to what is spawned. */
  readonly under?: readonly string[];
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
});

/** The command line of `parley` with these arguments. */
export function parleyCommand(argumentList: readonly string[]): string[] {
  return [process.execPath, LAUNCHER, ...argumentList];
}

/** Starts `parley` with these arguments. It cannot outlive this process. */
export function spawnParley(argumentList: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const [program = process.execPath, ...rest] = [...(options.under ?? []), ...parleyCommand(argumentList)];
  return start(program, rest, { cwd: options.cwd, env: { PARLEY_PASSPHRASE: PASSPHRASE, ...options.env } });
}

/** Starts Node on a script of ours. It cannot outlive this process. */
export function spawnScript(
  script: string,
  argumentList: readonly string[],
  options: Pick<RunOptions, 'under'> = {},
): ChildProcessWithoutNullStreams {
  const [program = process.execPath, ...rest] = [...(options.under ?? []), process.execPath, script, ...argumentList];
  return start(program, rest);
}

function start(
  program: string,
  argumentList: readonly string[],
  options: { cwd?: string | undefined; env?: RunOptions['env'] } = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(program, argumentList, {
    cwd: options.cwd,
    env: { ...environment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.stdin.on('error', () => {}); // it may end before it has read everything; its exit code says so
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

/** Runs `parley` to its end. */
export async function parley(argumentList: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawnParley(argumentList, options);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.end(options.input ?? '');
  const [code] = await within(once(child, 'close'), `parley ${argumentList.join(' ')} to end`, () => child.kill('SIGKILL'));
  return { code, stdout, stderr };
}

/** Fails with what was waited for when the deadline passes. */
export async function within<T>(
  promise: Promise<T>,
  what: string,
  onDeadline?: () => void,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onDeadline?.();
      reject(new Error(`waited ${deadlineMs / 1_000} s for ${what}`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Our own environment without what could change how `parley` behaves. */
export function environment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_') && !name.startsWith('NODE_TEST')),
  );
}
