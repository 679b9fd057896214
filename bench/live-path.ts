// What it is worth that a MESSAGE is not written when its device ACKs at once: pairs of devices on line talk over real sockets to a
// server that pushes first, and to one that writes first; in turns, in one run. `node bench/live-path.ts [PAIRS] [MESSAGES]`
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Opcode, parseInvite } from '@parley/protocol';
import { MessageSchema } from '@parley/protocol/wire';
import { createServer, silentLog } from '@parley/server';
import { Account } from '../packages/server/test/support/account.ts';
import { TestClient } from '../packages/server/test/support/client.ts';
import { messageOf, talk } from '../packages/server/test/support/server.ts';

const ROUNDS = 5;
const [pairs = 10, messages = 200] = process.argv.slice(2).map(Number);

interface Measured {
  readonly messagesPerSecond: number;
  readonly medianMs: number;
}

async function measure(maxLiveBytes: number | undefined): Promise<Measured> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const limits = maxLiveBytes === undefined ? {} : { maxLiveBytes };
  const server = await createServer({ host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog, dataFolder, limits });
  try {
    const { token } = parseInvite((await server.createInvite({ uses: 2 * pairs })).link);
    const enter = (name: string): Promise<TestClient> => {
      const account = new Account(name);
      return TestClient.logIn(server.port, account, { registration: account.registration(token) });
    };
    const latencies: number[] = [];
    const conversations = await Promise.all(
      Array.from({ length: pairs }, async (_, index) => {
        const [from, to] = await Promise.all([enter(`a${index}`), enter(`b${index}`)]);
        return { from, to, conversation: await talk(from, to) };
      }),
    );
    const start = performance.now();
    await Promise.all(conversations.map(({ from, to, conversation }) => exchange(from, to, conversation, latencies)));
    const seconds = (performance.now() - start) / 1_000;
    latencies.sort((a, b) => a - b);
    return { messagesPerSecond: latencies.length / seconds, medianMs: latencies[latencies.length >> 1] ?? Number.NaN };
  } finally {
    await server.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** One message after the other, each answered OK before the next. */
async function exchange(from: TestClient, to: TestClient, conversation: Uint8Array, latencies: number[]): Promise<void> {
  for (let i = 0; i < messages; i++) {
    const start = performance.now();
    const ok = from.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'x'.repeat(300)));
    to.ack((await to.nextBody(Opcode.MESSAGE, MessageSchema)).position);
    await ok;
    latencies.push(performance.now() - start);
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const first: Measured[] = [];
const written: Measured[] = [];
for (let round = 0; round < ROUNDS; round++) {
  first.push(await measure(undefined));
  written.push(await measure(0));
}
for (const [name, runs] of [
  ['pushed first', first],
  ['written first', written],
] as const) {
  const rate = median(runs.map(({ messagesPerSecond }) => messagesPerSecond)).toFixed(0);
  const latency = median(runs.map(({ medianMs }) => medianMs)).toFixed(2);
  console.log(`${name.padEnd(14)} ${rate} messages/s, OK after ${latency} ms (medians of ${ROUNDS} runs, ${pairs} pairs)`);
}
const ratio = median(first.map((run, index) => run.messagesPerSecond / (written[index]?.messagesPerSecond ?? Number.NaN)));
console.log(`ratio          ${ratio.toFixed(2)} times the messages a second`);
