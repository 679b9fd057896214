import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './ledger.ts';
import { getsThrough } from './talkers.ts';

test('says that nothing gets through where nothing more is acknowledged', async () => {
  const ledger = new Ledger();
  const sent = (): void => ledger.heard('alice', 1, { event: 'sent', id: ledger.say('alice', 'bob').id });
  sent();
  assert.equal(await getsThrough(ledger, 0, 50), false);
  const through = getsThrough(ledger, 0);
  sent();
  assert.equal(await through, true);
});
