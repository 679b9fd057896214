// The terminal client: how long from the command to the prompt, beside `node -e 0` and beside a client with a long history; and how long
// a key takes to be seen while messages arrive, beside one while none do. `npx node bench/terminal.ts [RUNS] [MESSAGES] [PER_SECOND]`
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LAUNCHER, PASSPHRASE } from '../e2e/support/process.ts';
import { befriend, World } from '../e2e/support/world.ts';
import { putMessages } from './support/long-history.ts';
import { Pty } from './support/pty.ts';

const [runs = 9, messages = 100_000, perSecond = 200] = process.argv.slice(2).map(Number);
const KEYS = 60;
const KEY_INTERVAL_MS = 80;
const BURSTS_PER_SECOND = 20;

const median = (values: readonly number[]): number => quantile(values, 0.5);
const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

await using world = await World.start();
const [alice, bob] = await world.enterAll('alice', 'bob');
await befriend(['bob', bob], ['alice', alice]);
await alice.kill();

const chat = (): Pty =>
  new Pty([process.execPath, LAUNCHER, 'chat', '--data', world.clientFolder('alice')], { PARLEY_PASSPHRASE: PASSPHRASE });

async function startToPrompt(): Promise<number> {
  const pty = chat();
  const time = await pty.shows(/bob> /);
  await pty.shows(/on line/).catch(() => {});
  await pty.end();
  return time;
}

function nodeAlone(): number {
  const start = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - start;
}

async function starts(): Promise<{ prompt: number[]; node: number[] }> {
  const [prompt, node]: [number[], number[]] = [[], []];
  await startToPrompt();
  for (let run = 0; run < runs; run += 1) {
    node.push(nodeAlone());
    prompt.push(await startToPrompt());
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

async function whileMessagesArrive<T>(work: () => Promise<T>): Promise<{ result: T; sent: number; seconds: number }> {
  let sent = 0;
  const start = performance.now();
  const timer = setInterval(() => {
    for (let i = 0; i < perSecond / BURSTS_PER_SECOND; i += 1) {
      sent += 1;
      bob.send({ do: 'send', to: 'alice', text: `message ${sent} of many`, id: `m${sent}` });
    }
  }, 1_000 / BURSTS_PER_SECOND);
  try {
    await delay(500);
    return { result: await work(), sent, seconds: (performance.now() - start) / 1_000 };
  } finally {
    clearInterval(timer);
  }
}

const empty = await starts();
const [file = ''] = readdirSync(world.clientFolder('alice')).filter((name) => name.endsWith('.vault'));
await putMessages(join(world.clientFolder('alice'), file), PASSPHRASE, 'bob', messages);
const long = await starts();
const node = median([...empty.node, ...long.node]);
console.log(`node -e 0                             ${ms(node)}`);
console.log(
  `start to prompt                       ${ms(median(empty.prompt))}   ratio ${(median(empty.prompt) / node).toFixed(1)}`,
);
console.log(
  `start to prompt, ${messages} messages   ${ms(median(long.prompt))}   ratio to an empty history ${(median(long.prompt) / median(empty.prompt)).toFixed(2)}`,
);

const pty = chat();
await pty.shows(/bob> /);
await delay(1_000);
const quiet = await typing(pty);
const { result: busy, sent, seconds } = await whileMessagesArrive(() => typing(pty));
await pty.end();
console.log(
  `key to echo, nothing arrives          median ${ms(median(quiet))}, 95 % ${ms(quantile(quiet, 0.95))}, longest ${ms(Math.max(...quiet))}`,
);
console.log(
  `key to echo, ${Math.round(sent / seconds)} messages/s arrive     median ${ms(median(busy))}, 95 % ${ms(quantile(busy, 0.95))}, longest ${ms(Math.max(...busy))}   ratio of medians ${(median(busy) / median(quiet)).toFixed(1)}`,
);
