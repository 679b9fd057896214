import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderUnicodeCompact } from 'uqr';
import { steady } from '../support/steady-screen.ts';

test('replaces what differs from run to run by something as wide', () => {
  for (const [screen, expected] of [
    ['You are alice on localhost:43915. /help', 'You are alice on localhost:10000. /help'],
    ['alice@localhost:43915', 'alice@localhost:10000'],
    ['23:19 bob: hi', '12:34 bob: hi'],
    ['bob 00:00', 'bob 12:34'],
    ['sent 09:08:07.', 'sent 12:34:56.'],
    ['safety number 00417 98123 55555: /accept', 'safety number 12345 12345 12345: /accept'],
    ['until 2031-05-06:', 'until 2026-01-23:'],
    ['in /tmp/parley-e2e-x9Y_z1/alice', 'in /tmp/parley-e2e-abcdef/alice'],
    ['Parley 0.1.0', 'Parley 0.0.0'],
    ['parley v12.3.45 ─', 'parley v00.0.00 ─'],
  ] as const) {
    assert.equal(steady(screen), expected);
    assert.equal(steady(screen).length, screen.length);
  }
});

test('leaves everything else as it is', () => {
  for (const screen of [
    '1234 123456 a12345 12345b 12345.6',
    '24:00 12:60 1:23 112:34 12:345',
    '10.0.0.1 1.2.3',
    '--:-- alice',
    '█████▀ 50%\n█▀▄',
    ' ┌───┐\n │   │',
  ]) {
    assert.equal(steady(screen), screen);
  }
});

test('of a QR code place and size are left', () => {
  const codes = ['https://localhost:10000/#one', 'https://localhost:10000/#two'].map((text) =>
    renderUnicodeCompact(text)
      .split('\n')
      .map((line) => `  ${line} │ 12:34`.trimEnd())
      .join('\n'),
  );
  const [one = '', two = ''] = codes.map((code) => steady(`before\n${code}\nafter`));
  assert.equal(one, two);
  assert.match(one, /^before\n( {2}▒+ │ 12:34\n){10,}after$/);
});
