import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PENDING_RECEIVED } from '@parley/protocol';
import { ShownRequests } from '../src/conversations/shown-requests.ts';

test('shows a request once for as long as it is there, and remembers a bounded number of them', () => {
  let there: string[] = [];
  const shown = new ShownRequests((request) => there.includes(request));
  for (let number = 0; number < 1_000; number += 1) {
    there = [...there, String(number)].slice(-MAX_PENDING_RECEIVED);
    assert.equal(shown.add(String(number)), true);
    assert.ok(shown.size <= 2 * MAX_PENDING_RECEIVED);
    for (const request of there) assert.equal(shown.add(request), false);
  }
});
