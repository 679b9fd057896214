import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, unlessInstalled } from './programs.ts';

/** One system call on a file descriptor. */
export interface SystemCall {
  readonly name: string;
  /** What strace calls the descriptor: the path of a file, or `TCP:[…]` or `socket:[…]`. */
  readonly on: string;
  /** When it was called, Unix time in milliseconds. */
  readonly atMs: number;
  /** Its place among all calls and returns of all threads: when it was called. */
  readonly called: number;
  /** When it returned; undefined where the trace ends before. */
  readonly returned: number | undefined;
  /** What it returned: bytes, 0, or -1 for an error. */
  readonly result: number | undefined;
}

const TRACED = 'read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync';
const READS = new Set(['read', 'readv', 'recvfrom', 'recvmsg']);
const WRITES = new Set(['write', 'writev', 'sendto', 'sendmsg', 'pwrite64']);
const SYNCS = new Set(['fsync', 'fdatasync']);

/** What is put before a program so that its calls are traced into `file`. The program stays the child that is spawned. */
export function traced(file: string): [string, ...string[]] {
  const program = findProgram('strace') ?? 'strace';
  const options = ['-D', '-f', '--seccomp-bpf', '-yy', '-ttt', '-s', '0', '-e', 'signal=none', '-e', `trace=${TRACED}`];
  return [program, ...options, '-o', file];
}

/** For the `skip` option of a test: false, or why nothing can be traced here. */
export function unlessTraceable(): string | false {
  const notInstalled = unlessInstalled('strace');
  if (notInstalled !== false) return notInstalled;
  const folder = mkdtempSync(join(tmpdir(), 'parley-strace-'));
  try {
    const file = join(folder, 'trace');
    const [program, ...options] = traced(file);
    const { stderr } = spawnSync(program, [...options, process.execPath, '--version'], { encoding: 'utf8' });
    const isTraced = existsSync(file) && readTrace(file).length > 0;
    return isTraced ? false : `this machine does not let strace trace: ${stderr.trim().split('\n')[0]}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function readTrace(file: string): SystemCall[] {
  return parseTrace(readFileSync(file, 'utf8'));
}

/**
 * The calls in what strace wrote (`-f -yy -ttt -o`), in the order in which they were made. A line is a call and its return, or one of
 * them where another thread had something to say in between:
 *
 *     71 1795515523.506808 fsync(29</db-wal> <unfinished ...>
 *     70 1795515523.506900 write(21<TCP:[…]>, ""..., 90) = 90
 *     71 1795515523.507439 <... fsync resumed>) = 0
 */
export function parseTrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  /** Index in `calls` of the one that a thread is in. */
  const unfinished = new Map<string, number>();
  for (const [order, line] of text.split('\n').entries()) {
    const [, thread = '', seconds = '', what = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? [];
    const result = / = (-?\d+)(?: .*)?$/.exec(what)?.[1];
    const begun = /^(\w+)\(\d+<(.*?)>(?=[,)]| <unfinished)/.exec(what);
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(what);
    if (resumed !== null) {
      const index = unfinished.get(thread);
      const call = index === undefined ? undefined : calls[index];
      unfinished.delete(thread);
      if (index === undefined || call === undefined || call.name !== resumed[1] || result === undefined) continue;
      calls[index] = { ...call, returned: order, result: Number(result) };
    } else if (begun !== null) {
      const [, name = '', on = ''] = begun;
      const isUnfinished = what.endsWith('<unfinished ...>');
      if (isUnfinished) unfinished.set(thread, calls.length);
      else if (result === undefined) continue; // cut off
      const end = isUnfinished ? { returned: undefined, result: undefined } : { returned: order, result: Number(result) };
      calls.push({ name, on, atMs: Number(seconds) * 1_000, called: order, ...end });
    }
  }
  return calls;
}

export const isSocket = ({ on }: SystemCall): boolean => /^(TCP|socket:)/.test(on);
export const isRead = ({ name, result = 0 }: SystemCall): boolean => READS.has(name) && result > 0;
export const isWrite = ({ name }: SystemCall): boolean => WRITES.has(name);
export const isSync = ({ name }: SystemCall): boolean => SYNCS.has(name);
