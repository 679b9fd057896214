import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatInvite, formatWebInvite, type Invite, ParleyError, parseInvite } from '../../src/index.ts';
import { refusesAsMalformed } from './people.ts';

const invite: Invite = {
  tls: false,
  host: 'localhost',
  port: 10_000,
  caPin: new Uint8Array(32).fill(255),
  token: new Uint8Array(16).fill(1),
};
const CA = `${'_'.repeat(42)}8`;
const TOKEN = 'AQEBAQEBAQEBAQEBAQEBAQ';

describe('invite', () => {
  test('is written as the specification says', () => {
    assert.equal(formatInvite(invite), `parley://localhost/#ca=${CA}&token=${TOKEN}`);
    assert.equal(formatInvite({ ...invite, tls: true, port: 443 }), `parleys://localhost:443/#ca=${CA}&token=${TOKEN}`);
    assert.equal(formatInvite({ ...invite, host: '::1', port: 1 }), `parley://[::1]:1/#ca=${CA}&token=${TOKEN}`);
    assert.equal(formatWebInvite(invite), `http://localhost:10000/#join=1&ca=${CA}&token=${TOKEN}`);
    assert.equal(formatWebInvite({ ...invite, tls: true, port: 443 }), `https://localhost/#join=1&ca=${CA}&token=${TOKEN}`);
  });
  test('keeps the secret out of what a browser sends', () => {
    const url = new URL(formatWebInvite(invite));
    assert.equal(url.pathname + url.search, '/');
    assert.equal(new URLSearchParams(url.hash.slice(1)).get('token'), TOKEN);
  });
  test('means port 10000 where none is named, and 80 or 443 in a web link', () => {
    assert.equal(parseInvite(`parley://chat.example/#ca=${CA}&token=${TOKEN}`).port, 10_000);
    assert.equal(parseInvite(`parleys://chat.example/#ca=${CA}&token=${TOKEN}`).port, 10_000);
    assert.equal(parseInvite(`http://chat.example/#join=1&ca=${CA}&token=${TOKEN}`).port, 80);
    assert.equal(parseInvite(`https://chat.example/#join=1&ca=${CA}&token=${TOKEN}`).port, 443);
  });
  test('is read as people paste it', () => {
    assert.deepEqual(parseInvite(`\n  PARLEY://LocalHost:10000#ca=${CA}&token=${TOKEN} \n`), invite);
  });
  test('comes back from both forms (property)', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.constantFrom('localhost', '::1', 'fe80::1:2', '2001:db8::7'));
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const anyInvite = fc.record({
      tls: fc.boolean(),
      host,
      port: fc.integer({ min: 1, max: 65_535 }),
      caPin: bytes(32),
      token: bytes(16),
    });
    fc.assert(
      fc.property(anyInvite, (any) => {
        assert.deepEqual(parseInvite(formatInvite(any)), { ...any });
        assert.deepEqual(parseInvite(formatWebInvite(any)), { ...any });
      }),
    );
  });

  const refused = {
    'an empty text': '',
    'another scheme': `ftp://localhost/#ca=${CA}&token=${TOKEN}`,
    'a scheme that every object has': `constructor://localhost/#ca=${CA}&token=${TOKEN}`,
    'a web link that is no invite': 'https://example.com/',
    'a web link without join': `http://localhost/#ca=${CA}&token=${TOKEN}`,
    'no host': `parley:///#ca=${CA}&token=${TOKEN}`,
    'a user in front of the host': `parley://alice@localhost/#ca=${CA}&token=${TOKEN}`,
    'a path': `parley://localhost/x#ca=${CA}&token=${TOKEN}`,
    'a query': `parley://localhost/?x#ca=${CA}&token=${TOKEN}`,
    'a host with a control character': `parley://local\u001bhost/#ca=${CA}&token=${TOKEN}`,
    'an IPv4 address that is none': `parley://1.2.3.999/#ca=${CA}&token=${TOKEN}`,
    'an IPv6 address that is none': `parley://[::1::2]/#ca=${CA}&token=${TOKEN}`,
    'port 0': `parley://localhost:0/#ca=${CA}&token=${TOKEN}`,
    'port 65536': `parley://localhost:65536/#ca=${CA}&token=${TOKEN}`,
    'no token': `parley://localhost/#ca=${CA}`,
    'no pin': `parley://localhost/#token=${TOKEN}`,
    'a token that was cut off': `parley://localhost/#ca=${CA}&token=${TOKEN.slice(0, -1)}`,
    'a pin of 31 bytes': `parley://localhost/#ca=${CA.slice(0, -1)}&token=${TOKEN}`,
    'a pin with padding': `parley://localhost/#ca=${CA}=&token=${TOKEN}`,
    'a field twice': `parley://localhost/#ca=${CA}&token=${TOKEN}&token=${TOKEN}`,
    'text after it': `parley://localhost/#ca=${CA}&token=${TOKEN} and more`,
    'a text of over 512 characters': `parley://${'a.'.repeat(300)}b/#ca=${CA}&token=${TOKEN}`,
  };
  for (const [what, text] of Object.entries(refused)) test(`refuses ${what}`, () => refusesAsMalformed(() => parseInvite(text)));

  const lacking = {
    [`parley://localhost/#ca=${CA}`]: /lacks token=… \(.*\): copy/,
    [`parley://localhost/#token=${TOKEN}`]: /lacks ca=… \(.*\): copy/,
    'parley://localhost:39013': /lacks ca=… \(.*\) and token=… \(/,
    'parley://localhost/#': /lacks ca=… \(.*\) and token=… \(/,
  };
  for (const [text, message] of Object.entries(lacking)) {
    test(`says which part ${text.replace(CA, '…').replace(TOKEN, '…')} lacks`, () =>
      assert.throws(() => parseInvite(text), { message }));
  }

  test('never repeats the token in an error', () => {
    assert.throws(
      () => parseInvite(`parley://localhost:0/#ca=${CA}&token=${TOKEN}`),
      (error) => error instanceof Error && !error.message.includes(TOKEN),
    );
  });
  test('writes nothing that it would not read', () => {
    refusesAsMalformed(() => formatInvite({ ...invite, host: 'Local Host' }));
    refusesAsMalformed(() => formatInvite({ ...invite, port: 0 }));
    refusesAsMalformed(() => formatInvite({ ...invite, caPin: new Uint8Array(31) }));
    refusesAsMalformed(() => formatWebInvite({ ...invite, token: new Uint8Array(15) }));
  });
  test('throws nothing but malformed, whatever the text (property)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((rest) => `parley://${rest}`),
      fc.webUrl({ withFragments: true }),
    );
    fc.assert(
      fc.property(text, (any) => {
        try {
          parseInvite(any);
        } catch (error) {
          assert.ok(error instanceof ParleyError);
        }
      }),
    );
  });
});
