import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { partsOf } from '../src/chat/links.ts';

const links = (text: string): string[] => partsOf(text).flatMap(({ href }) => href ?? []);

suite('the addresses in a text', () => {
  test('the parts are the text, whatever it is', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('http://', 'https://a.b/', '(', ')', '.', '@', '\u202e'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const parts = partsOf(text);
        assert.equal(parts.map((part) => part.text).join(''), text);
        for (const { href } of parts) if (href !== undefined) assert.match(href, /^https?:\/\//);
      }),
    );
  });

  test('end before what ends a sentence, and keep the brackets that they opened', () => {
    assert.deepEqual(links('see https://example.org/a, or https://example.org/b.'), [
      'https://example.org/a',
      'https://example.org/b',
    ]);
    assert.deepEqual(links('(https://example.org/a)'), ['https://example.org/a']);
    assert.deepEqual(links('https://example.org/a_(b)'), ['https://example.org/a_(b)']);
    assert.deepEqual(links('https://example.org/?!?'), ['https://example.org/']);
  });

  test('are of the web alone', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///x',
      'ftp://example.org/',
      '//example.org',
      'mailto:a@b.c',
    ]) {
      assert.deepEqual(links(text), [], text);
    }
  });

  test('are none with a name or a password in front, which make them look like others', () => {
    assert.deepEqual(links('https://example.org@evil.example/ http://a:b@evil.example/'), []);
  });

  test('do not go on over quotes and characters that turn the direction', () => {
    assert.deepEqual(links('https://example.org/"x'), ['https://example.org/']);
    assert.deepEqual(links('https://example.org/\u202ex'), ['https://example.org/']);
  });

  test('say where they lead in letters of one alphabet', () => {
    assert.deepEqual(links('https://аррӏе.com'), ['https://xn--80ak6aa92e.com/']);
  });

  test('are found in time that grows with the text alone', () => {
    const start = performance.now();
    for (const text of ['http://'.repeat(9_000), `http://a/${'.'.repeat(60_000)}x`, `http://a/${').'.repeat(30_000)}`])
      partsOf(text);
    assert.ok(performance.now() - start < 1_000);
  });
});
