import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backoff } from '../src/connection/backoff.ts';
import { Pacer } from '../src/connection/pacer.ts';
import { formatAddress } from '../src/connection/socket.ts';

test('waits at most 5 s between quick failures on loopback, and 30 s otherwise', () => {
  const attempt = fc.nat({ max: 1_000 });
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempt, random, (attempt, random) => {
      const near = backoff({ attempt, random, host: 'localhost', tookMs: 5 });
      const slow = backoff({ attempt, random, host: 'localhost', tookMs: 5_000 });
      const far = backoff({ attempt, random, host: 'chat.example.org', tookMs: 5 });
      assert.ok(near >= 100 && near <= 5_000);
      assert.ok(slow >= 100 && slow <= 30_000);
      assert.ok(far >= 100 && far <= 30_000);
    }),
  );
});

test('waits longer after each failure', () => {
  const waits = [0, 1, 2, 3].map((attempt) => backoff({ attempt, random: 0, host: '::1', tookMs: 0 }));
  assert.deepEqual(waits, [100, 200, 400, 800]);
});

test('never lets more frames go than the server takes', () => {
  const steps = fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), steps, (perSecond, pauses) => {
      let nowMs = 0;
      let sent = 0;
      const pacer = new Pacer(perSecond, nowMs);
      for (const pause of pauses) {
        while (pacer.take(nowMs) === 0) sent += 1;
        assert.ok(sent <= perSecond + (nowMs * perSecond) / 1_000 + 1e-6);
        nowMs += pause;
      }
    }),
  );
});

test('says how long until the next frame may go', () => {
  const pacer = new Pacer(10, 0);
  for (let count = 0; count < 10; count += 1) assert.equal(pacer.take(0), 0);
  assert.equal(pacer.take(0), 100);
  assert.equal(pacer.take(100), 0);
});

test('lets nothing go while the server asked to wait', () => {
  const pacer = new Pacer(10, 0);
  pacer.pause(500);
  assert.equal(pacer.take(100), 400);
  assert.equal(pacer.take(500), 0);
});

test('names a server by host and port, with brackets around IPv6', () => {
  assert.equal(formatAddress({ host: 'localhost', port: 10_000, tls: false }), 'localhost:10000');
  assert.equal(formatAddress({ host: '::1', port: 1, tls: true }), '[::1]:1');
});
