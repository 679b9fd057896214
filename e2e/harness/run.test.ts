import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { HARNESSES } from './index.ts';

function run(...argumentList: string[]) {
  return spawnSync(process.execPath, [resolve(import.meta.dirname, 'run.ts'), ...argumentList], { encoding: 'utf8' });
}

test('lists the harnesses when none is named', () => {
  const { status, stdout, stderr } = run();
  assert.deepEqual([status, stderr], [0, '']);
  for (const name of Object.keys(HARNESSES)) assert.match(stdout, new RegExp(`^${name} `, 'm'));
});

test('says that there is no such harness before it lists those that are there', () => {
  for (const name of ['kill-servr', 'constructor']) {
    const { status, stdout, stderr } = run(name);
    assert.deepEqual([status, stderr], [2, `there is no harness ${name}:\n\n`]);
    assert.match(stdout, /kill-server/);
  }
});

test('ends with 2 and no stack for a figure that is none, or of another harness', () => {
  for (const wrong of [['--seeds', 'many'], ['--kills', '1'], ['--seeds']]) {
    const { status, stderr } = run('races', ...wrong);
    assert.equal(status, 2, wrong.join(' '));
    assert.match(stderr, /^[^\n]*--\w+.*\n$/s);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  }
});

test('ends with 1 and the stack where the run throws', () => {
  const { status, stderr } = run('torn-log', '--messages', '0', '--places', '0');
  assert.equal(status, 1);
  assert.match(stderr, /^ {4}at .*torn-log\.ts/m);
});

test('--quick takes the figures of the quick version, but for those that are given', () => {
  const { status, stdout } = run('races', '--quick', '--seeds', '0', '--json');
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout).figures, { ...HARNESSES.races?.quick, seeds: 0 });
});
