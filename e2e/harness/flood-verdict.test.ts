import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Experience } from '../support/flood/honest-users.ts';
import { Latencies } from '../support/latencies.ts';
import { FLOOR_MS, judgeFlood } from './flood-verdict.ts';

const BOUNDS = { maxRatioPercent: 200, maxLoginMs: 5_000 };

function lived(messageMs: readonly number[], loginMs: readonly number[]): Experience {
  return { messages: new Latencies(messageMs), logins: new Latencies(loginMs), problems: [] };
}

const calm = [lived([10, 10], [20]), lived([10], [20])];

test('messages that take more than twice the time of the calm are a problem', () => {
  assert.deepEqual(judgeFlood(lived([20], [20]), calm, BOUNDS).problems, []);
  assert.deepEqual(judgeFlood(lived([21], [20]), calm, BOUNDS).problems, [
    '21.0 ms p99 of messages, 210 % of the calm before and after',
  ]);
});

test('messages that take no longer than the floor are no problem, whatever the calm was', () => {
  const quiet = [lived([1], [20])];
  assert.deepEqual(judgeFlood(lived([FLOOR_MS], [20]), quiet, BOUNDS).problems, []);
  assert.equal(judgeFlood(lived([FLOOR_MS + 1], [20]), quiet, BOUNDS).problems.length, 1);
});

test('logins above their bound are a problem', () => {
  assert.deepEqual(judgeFlood(lived([10], [5_000]), calm, BOUNDS).problems, []);
  assert.deepEqual(judgeFlood(lived([10], [5_001]), calm, BOUNDS).problems, ['5001 ms p99 of logins']);
});

test('a time of which there is nothing to judge is a problem, even where time is not judged', () => {
  const none = { maxRatioPercent: 0, maxLoginMs: 0 };
  assert.deepEqual(judgeFlood(lived([], []), calm, none).problems, ['no messages', 'no logins']);
  assert.deepEqual(judgeFlood(lived([10], [20]), [lived([], [])], none).problems, [
    'no messages in the calm',
    'no logins in the calm',
  ]);
});
