import { spawn, spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ProcessEnd } from '../process-end.ts';

/** Where a flood comes from: a machine with many addresses, as the server sees it. */
export interface Ground extends AsyncDisposable {
  readonly name: string;
  /** Where attackers reach the server. */
  readonly serverAddress: string;
  /** All addresses that begin so, followed by two numbers of 0 to 255, are the attackers' own. */
  readonly prefix: string;
  /** What their program runs under. */
  readonly under: readonly string[];
  /** For `serve`, so that the limits per address hold there. */
  readonly flags: readonly string[];
}

/** Every address of 127.0.0.0/8 is this machine's own. */
function loopbackGround(): Ground {
  return {
    name: '127.42.0.0/16, on loopback',
    serverAddress: '127.0.0.1',
    prefix: '127.42.',
    under: [],
    flags: ['--limit-loopback'],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** For benchmarks (RFC 2544): nobody's. */
const PREFIX = '198.19.';
const [OUR_END, THEIR_END] = ['198.18.0.1', '198.18.0.2'];

/**
 * A network namespace with 65,536 addresses behind a pair of virtual Ethernet devices. It is that of a process which ends with this one,
 * however this one ends, and all of it goes with that process.
 * @throws where it cannot be made: without root, say
 */
async function namespaceGround(): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const end = new ProcessEnd(holder);
  holder.on('error', () => {}); // it is not there: `end` comes
  stack.defer(async () => {
    holder.stdin.end();
    await end.code;
  });
  const namespace = (pid: number | 'self' | undefined): string => readlinkSync(`/proc/${pid}/ns/net`);
  while (!end.isOver && namespace(holder.pid) === namespace('self')) await delay(5);
  const under: [string, ...string[]] = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const [ours, theirs] = [`parley${holder.pid}a`, `parley${holder.pid}b`];
  run('ip', 'link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', String(holder.pid));
  run('ip', 'addr', 'add', `${OUR_END}/30`, 'dev', ours);
  run('ip', 'link', 'set', ours, 'up');
  run(...under, 'ip', 'addr', 'add', `${THEIR_END}/30`, 'dev', theirs);
  for (const device of ['lo', theirs]) run(...under, 'ip', 'link', 'set', device, 'up');
  run(...under, 'ip', 'route', 'add', 'local', `${PREFIX}0.0/16`, 'dev', 'lo');
  run('ip', 'route', 'add', `${PREFIX}0.0/16`, 'via', THEIR_END, 'dev', ours);
  const made = stack.move();
  return {
    name: `${PREFIX}0.0/16, in a network namespace`,
    serverAddress: OUR_END,
    prefix: PREFIX,
    under,
    flags: ['--host', '0.0.0.0'],
    [Symbol.asyncDispose]: () => made.disposeAsync(),
  };
}

/** A namespace where one is wanted and this machine lets us make it, else loopback. */
export async function openGround(wantsNamespace: boolean, log: (line: string) => void): Promise<Ground> {
  if (!wantsNamespace) return loopbackGround();
  try {
    return await namespaceGround();
  } catch (error) {
    log(`no network namespace here: ${error instanceof Error ? error.message : error}`);
    return loopbackGround();
  }
}

function run(program: string, ...argumentList: string[]): void {
  const { status, stderr, error } = spawnSync(program, argumentList, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argumentList.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
