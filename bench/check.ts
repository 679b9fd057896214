import { benchmark } from './support/benchmark.ts';
import { coreOption } from './support/core.ts';
import { lossesOf } from './support/figures.ts';
import { SERVER_PROGRAMS } from './support/needs.ts';
import { number } from './support/options.ts';
import { withParley } from './support/parley-run.ts';
import { referenceUs } from './support/reference.ts';
import { inRounds } from './support/rounds.ts';
import { median } from './support/statistics.ts';

const PAIRS = 20;
const WINDOW = 32;
const MESSAGE_BYTES = 200;

/** Measured: 0.46. Two and a half times as much, so that it is a mistake of ours where it is above, and not the machine. */
const LIMIT = 1.15;

export const check = benchmark({
  what: 'Whether relaying has become slower: processor time of a message to that of a loop that echoes and encrypts, in one run',
  notes:
    'The exit code is 1 where the ratio, the median of the rounds, is above the limit. With --json the line has ratio, limit, cpu_us ' +
    '(processor time of the server for a message), reference_us (of the loop), lost.',
  programs: SERVER_PROGRAMS,
  options: {
    rounds: number('how often each has its turn', 3, { min: 1, max: 101 }),
    seconds: number('measured in each round', 1.5, { min: 0.1, max: 60, isFractional: true }),
    limit: number('the highest ratio that is taken', LIMIT, { min: 0, max: 1_000, isFractional: true }),
    core: coreOption(),
  },
  async run({ rounds, seconds, limit, core }, progress) {
    const work = { kind: 'relay', pattern: 'one-way', pairs: PAIRS, window: WINDOW } as const;
    const times = { warmupMs: 1_000, durationMs: seconds * 1_000 };
    const [measured] = await inRounds(rounds, [work], async (one, round) => {
      const reference = await referenceUs(core);
      const relayed = await withParley({ clients: 2 * PAIRS, messageBytes: MESSAGE_BYTES, core }, { ...one, ...times });
      const ratio = (relayed.cpu_us ?? Number.NaN) / reference;
      progress(`round ${round} of ${rounds}: ${ratio.toFixed(2)}`);
      return { reference, relayed, ratio };
    });
    const results = measured?.results ?? [];
    const relayed = results.map((result) => result.relayed);
    const row = {
      ratio: median(results.map((result) => result.ratio)),
      limit,
      cpu_us: median(relayed.map(({ cpu_us }) => cpu_us ?? Number.NaN)),
      reference_us: median(results.map(({ reference }) => reference)),
      lost: relayed.reduce((sum, { lost }) => sum + lost, 0),
    };
    const isBelow = row.ratio <= limit;
    return {
      tables: [
        {
          title: `Check, medians of ${rounds} rounds`,
          columns: [
            { field: 'ratio', title: 'ratio', digits: 2 },
            { field: 'limit', title: 'limit', digits: 2 },
            { field: 'cpu_us', title: 'server µs', digits: 2 },
            { field: 'reference_us', title: 'loop µs', digits: 2 },
            { field: 'lost', title: 'lost' },
          ],
          rows: [row],
        },
      ],
      problems: [
        ...(isBelow
          ? []
          : [`a message costs ${row.ratio.toFixed(2)} times what the loop does: more than ${limit}. What has become slower?`]),
        ...lossesOf(relayed),
      ],
    };
  },
});
