import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { utf8 } from '@parley/protocol';
import { Coverage } from '../coverage.ts';
import { fuzz, type Report } from '../fuzz.ts';
import { mutate } from '../mutate.ts';
import { Random } from '../random.ts';
import { NotTaken, type Prepared, type Target } from '../target.ts';

const coverage = new Coverage(/\/engine\/test\/maze\.ts$/);
let walk: (bytes: Uint8Array) => number;

before(async () => {
  coverage.start();
  ({ maze: walk } = await import('./maze.ts'));
});
after(() => coverage.stop());

function target(run: Prepared['run'], options: Partial<Target> = {}): Target {
  return { name: 'engine-test', decodes: [], refuses: [RangeError], maxLength: 12, prepare: () => ({ run }), ...options };
}

/** What it wrote is not to stay. */
function forget({ problems }: Report): void {
  for (const { file } of problems) rmSync(file, { force: true });
}

test('coverage leads through a maze that is not found by chance, and what fails there is made as small as it can be', async () => {
  const inTheMaze = target((input) => void walk(input));
  const blind = await fuzz(inTheMaze, { runs: 100_000, seed: 3 });
  assert.deepEqual(blind.problems, []);
  const guided = await fuzz(inTheMaze, { runs: 100_000, seed: 3, coverage });
  const [problem] = guided.problems;
  assert.ok(problem?.isCrash);
  assert.match(problem.what, /the end of the maze[\s\S]*maze\.ts/);
  assert.deepEqual(new Uint8Array(readFileSync(problem.file)), utf8('end'));
  assert.match(problem.command, /npm run fuzz -- engine-test --repeat .*engine-test-/);
  assert.ok(guided.code > guided.codeAtFirst);
  forget(guided);
  assert.equal(existsSync(problem.file), false);
});

test('what a target refuses in its own way is no problem, every other error is one, with a promise or without', async () => {
  const sync = target((input) => {
    if (input.length === 0) throw new NotTaken('empty');
    if (input.length % 2 === 0) throw new RangeError('even');
  });
  const fine = await fuzz(sync, { runs: 500, seed: 1 });
  assert.deepEqual(fine.problems, []);
  assert.equal(fine.taken + fine.refused, fine.runs);
  assert.ok(fine.taken > 50 && fine.refused > 50);

  const late = target(async (input) => {
    if (input.length > 3) throw new TypeError('late');
  });
  const report = await fuzz(late, { runs: 500, seed: 1 });
  assert.deepEqual(
    report.problems.map(({ what }) => /^TypeError: late/.test(what)),
    [true],
  );
  assert.equal(readFileSync(report.problems[0]?.file ?? '').length, 4);
  forget(report);
});

test('what stays in memory is a problem', async () => {
  const kept: Uint8Array[] = [];
  const leaking = target(() => void kept.push(new Uint8Array(2_000)));
  const report = await fuzz(leaking, { runs: 25_000, seed: 1 });
  assert.match(report.problems[0]?.what ?? '', /holds \d+ bytes more/);
  assert.ok(kept.length > 0 && (report.growth ?? 0) > 0);
  const sound = await fuzz(
    target(() => {}),
    { runs: 25_000, seed: 1 },
  );
  assert.deepEqual(sound.problems, []);
});

test('an input that takes more than a second, twice, is a problem', async () => {
  const run = (input: Uint8Array) => {
    const end = performance.now() + (input.length > 8 ? 1_001 : 0);
    while (performance.now() < end);
  };
  const report = await fuzz(target(run, { prepare: () => ({ run, seeds: [new Uint8Array(8), new Uint8Array(9)] }) }), {
    runs: 0,
    seed: 1,
  });
  assert.deepEqual(
    report.problems.map(({ what, isCrash }) => [/^takes \d+ ms$/.test(what), isCrash]),
    [[true, false]],
  );
  assert.equal(readFileSync(report.problems[0]?.file ?? '').length, 9);
  forget(report);
});

test('a seed gives the same changes again, another one others, and none is longer than it may be', () => {
  const input = utf8('some input');
  const changes = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 300 }, () => mutate(random, input, { other: utf8('another'), tokens: [utf8('token')] }, 16));
  };
  assert.deepEqual(changes(1), changes(1));
  assert.notDeepEqual(changes(1), changes(2));
  assert.ok(changes(3).every(({ length }) => length <= 16));
  assert.ok(new Set(changes(3).map(String)).size > 200);
});
