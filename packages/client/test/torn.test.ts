import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tornTalk } from './support/torn-talk.ts';

/** Two people talk while connections are cut, answers are lost and clients die in the middle of what they store. */

const MESSAGES = 300;

for (const seed of [1, 2, 3]) {
  test(`loses nothing and shows nothing twice over lost answers, races of commits and deaths (seed ${seed})`, async () => {
    const { problems, epoch } = await tornTalk(seed, MESSAGES);
    assert.deepEqual(problems, []);
    assert.ok(epoch > 1n, 'keys were updated meanwhile');
  });
}
