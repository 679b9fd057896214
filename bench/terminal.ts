import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LAUNCHER, PASSPHRASE } from '../e2e/support/process.ts';
import type { ScriptClient } from '../e2e/support/script-client.ts';
import { befriend, World } from '../e2e/support/world.ts';
import { benchmark, type Progress } from './support/benchmark.ts';
import { putMessages } from './support/long-history.ts';
import { nodeAloneMs } from './support/node-alone.ts';
import { number } from './support/options.ts';
import { Pty } from './support/pty.ts';
import { longest, median, quantile, ratio } from './support/statistics.ts';

const KEYS = 60;
const KEY_INTERVAL_MS = 80;
const BURSTS_PER_SECOND = 20;

export const terminal = benchmark({
  what: 'The terminal client: from the command to the prompt, and from a key to its echo',
  notes:
    '`parley chat` on a terminal of 80x24 made by `script` of util-linux. The start is measured beside `node -e 0`, with an empty history and ' +
    'a long one; the echo while nothing arrives and while messages do. The ratio is that to the line above of the same kind. With --json ' +
    'each line has what, p50_ms, p95_ms, longest_ms, ratio.',
  programs: { script: 'bsdutils' },
  options: {
    runs: number('starts of each kind', 9, { min: 1, max: 1_000 }),
    messages: number('messages of the long history', 100_000, { min: 1, max: 10_000_000 }),
    'per-second': number('messages that arrive in a second', 200, { min: BURSTS_PER_SECOND, max: 10_000 }),
  },
  async run({ runs, messages, 'per-second': perSecond }, progress) {
    await using world = await World.start();
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['bob', bob], ['alice', alice]);
    await alice.kill();

    const empty = await starts(world, runs, progress);
    progress(`writing ${messages} messages`);
    const [file = ''] = readdirSync(world.clientFolder('alice')).filter((name) => name.endsWith('.vault'));
    await putMessages(join(world.clientFolder('alice'), file), PASSPHRASE, 'bob', messages);
    const long = await starts(world, runs, progress);

    progress('typing');
    const pty = chat(world);
    await pty.shows(/bob> /);
    await delay(1_000);
    const quiet = await typing(pty);
    const { result: busy, arrived } = await whileMessagesArrive(bob, perSecond, () => typing(pty));
    await pty.end();

    const node = [...empty.node, ...long.node];
    const rows = [
      rowOf('node -e 0', node),
      rowOf('start to prompt', empty.prompt, node),
      rowOf(`start to prompt, ${messages} messages`, long.prompt, empty.prompt),
      rowOf('key to echo, nothing arrives', quiet),
      rowOf(`key to echo, ${Math.round(arrived)} messages/s arrive`, busy, quiet),
    ];
    return {
      tables: [
        {
          title: `Terminal client, ${runs} starts of each kind, ${KEYS} keys`,
          columns: [
            { field: 'what', title: 'what' },
            { field: 'p50_ms', title: 'median ms', digits: 1 },
            { field: 'p95_ms', title: '95 % ms', digits: 1 },
            { field: 'longest_ms', title: 'longest ms', digits: 1 },
            { field: 'ratio', title: 'ratio', digits: 2 },
          ],
          rows,
        },
      ],
    };
  },
});

function rowOf(what: string, times: readonly number[], reference?: readonly number[]) {
  const p50 = median(times);
  return {
    what,
    p50_ms: p50,
    p95_ms: quantile(times, 0.95),
    longest_ms: longest(times),
    ratio: reference === undefined ? null : ratio(p50, median(reference)),
  };
}

function chat(world: World): Pty {
  const command = [process.execPath, LAUNCHER, 'chat', '--data', world.clientFolder('alice')];
  return new Pty(command, { PARLEY_PASSPHRASE: PASSPHRASE });
}

async function startToPrompt(world: World): Promise<number> {
  const pty = chat(world);
  const time = await pty.shows(/bob> /);
  await pty.shows(/on line/).catch(() => {});
  await pty.end();
  return time;
}

async function starts(world: World, runs: number, progress: Progress): Promise<{ prompt: number[]; node: number[] }> {
  const [prompt, node]: [number[], number[]] = [[], []];
  await startToPrompt(world);
  for (let run = 1; run <= runs; run += 1) {
    progress(`start ${run} of ${runs}`);
    node.push(nodeAloneMs());
    prompt.push(await startToPrompt(world));
  }
  return { prompt, node };
}

/** From a key to its echo. */
async function typing(pty: Pty): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < KEYS; i += 1) {
    const key = String.fromCharCode(97 + (i % 26));
    pty.forget();
    const echo = pty.shows(new RegExp(`bob> [^\\n]*${key}`));
    pty.type(key);
    times.push(await echo);
    pty.type('\u0015');
    await delay(KEY_INTERVAL_MS);
  }
  return times;
}

/** @returns `arrived`: messages a second that were sent */
async function whileMessagesArrive<T>(
  from: ScriptClient,
  perSecond: number,
  work: () => Promise<T>,
): Promise<{ result: T; arrived: number }> {
  let sent = 0;
  const start = performance.now();
  const timer = setInterval(() => {
    for (let i = 0; i < perSecond / BURSTS_PER_SECOND; i += 1) {
      sent += 1;
      from.send({ do: 'send', to: 'alice', text: `message ${sent} of many`, id: `m${sent}` });
    }
  }, 1_000 / BURSTS_PER_SECOND);
  try {
    await delay(500);
    return { result: await work(), arrived: sent / ((performance.now() - start) / 1_000) };
  } finally {
    clearInterval(timer);
  }
}
