import { World } from '../e2e/support/world.ts';
import { SUITES, type SuiteNumber } from '../packages/client/src/mls/suites.ts';
import { benchmark, type Progress } from './support/benchmark.ts';
import { MLS_STEPS, type MlsWork, measureMls, PROVIDER_NAMES } from './support/mls-run.ts';
import { nodeAloneMs } from './support/node-alone.ts';
import { number } from './support/options.ts';
import { inRounds } from './support/rounds.ts';
import { median, ratio } from './support/statistics.ts';

const US_PER_MS = 1_000;
const SUITE_NUMBERS = Object.keys(SUITES).map(Number) as SuiteNumber[];

type ClientRow = {
  readonly what: string;
  readonly suite: number | null;
  readonly provider: string | null;
  readonly us: number;
  readonly ratio: number | null;
};

export const client = benchmark({
  what: 'The client in Node: what MLS costs, beside the library with WebCrypto, and how long it takes to start',
  notes:
    'message is encrypt and decrypt together; suite 83 is X-Wing (hybrid post-quantum), 1 X25519. The ratio is that to WebCrypto, of the start ' +
    'that to `node -e 0`. The start is from `parley listen --json` of an account with an empty vault to its line `ready`: its passphrase is ' +
    'checked, and it is logged in. With --json each line has what, suite, provider, us (median), ratio; null where there is none.',
  options: {
    messages: number('messages in each round', 500, { min: 1, max: 100_000 }),
    size: number('bytes of text in each message', 200, { min: 1, max: 16_000 }),
    groups: number('groups that are made in each round', 20, { min: 1, max: 10_000 }),
    rounds: number('how often each library has its turn', 3, { min: 1, max: 101 }),
    starts: number('how often the client is started', 5, { min: 1, max: 101 }),
  },
  async run({ messages, size, groups, rounds, starts }, progress) {
    const rows = [
      ...(await mlsRows({ messages, bytes: size, groups }, rounds, progress)),
      ...(await startRows(starts, progress)),
    ];
    const ours = rows.filter((row) => row.what === 'message');
    return {
      tables: [
        {
          title: 'Client, medians',
          columns: [
            { field: 'what', title: 'what' },
            { field: 'suite', title: 'suite' },
            { field: 'provider', title: 'provider' },
            { field: 'us', title: 'µs' },
            { field: 'ratio', title: 'ratio', digits: 2 },
          ],
          rows,
        },
      ],
      charts: [
        {
          kind: 'bars',
          title: `Encrypting and decrypting a message of ${size} bytes`,
          y: { label: 'µs' },
          series: PROVIDER_NAMES,
          groups: SUITE_NUMBERS.map((suite) => ({
            name: `suite ${suite}`,
            values: PROVIDER_NAMES.map((name) => ours.find((row) => row.suite === suite && row.provider === name)?.us ?? null),
          })),
        },
      ],
    };
  },
});

async function mlsRows(work: Omit<MlsWork, 'suite' | 'provider'>, rounds: number, progress: Progress): Promise<ClientRow[]> {
  const cases = SUITE_NUMBERS.flatMap((suite) => PROVIDER_NAMES.map((provider) => ({ suite, provider })));
  // The first round is warming up.
  const measured = await inRounds(rounds + 1, cases, async (one, round) => {
    progress(
      round === 1
        ? `warming up: suite ${one.suite}, ${one.provider}`
        : `round ${round - 1} of ${rounds}: suite ${one.suite}, ${one.provider}`,
    );
    return measureMls({ ...work, ...one });
  });
  const medians = measured.map(({ one, results }) => ({
    ...one,
    of: (step: (typeof MLS_STEPS)[number]) => median(results.slice(1).flatMap((times) => times[step])),
  }));
  return MLS_STEPS.flatMap((step) =>
    medians.map(({ suite, provider, of }): ClientRow => {
      const reference = medians.find((other) => other.suite === suite && other.provider === PROVIDER_NAMES.at(-1));
      return { what: step, suite, provider, us: of(step), ratio: ratio(of(step), reference?.of(step) ?? null) };
    }),
  );
}

/** From the command to `ready`, in turns with Node that does nothing. */
async function startRows(starts: number, progress: Progress): Promise<ClientRow[]> {
  await using world = await World.start();
  await world.join('alice');
  const [ready, alone]: [number[], number[]] = [[], []];
  for (let i = 1; i <= starts; i += 1) {
    progress(`start ${i} of ${starts}`);
    alone.push(nodeAloneMs());
    const startMs = performance.now();
    const listening = world.start('alice', { command: ['listen'] });
    await listening.next('ready');
    ready.push(performance.now() - startMs);
    await listening.interrupt();
  }
  const none = { suite: null, provider: null };
  return [
    { what: 'start to ready', ...none, us: median(ready) * US_PER_MS, ratio: ratio(median(ready), median(alone)) },
    { what: 'node -e 0', ...none, us: median(alone) * US_PER_MS, ratio: 1 },
  ];
}
