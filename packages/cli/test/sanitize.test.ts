import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonLine, neutralize, neutralizeLines } from '../src/sanitize.ts';

/** What people have done to terminals with text. */
const HOSTILE = {
  'a colour': '\u001b[31mred',
  'a cleared screen': '\u001b[2J\u001b[H',
  'a window title': '\u001b]0;title\u0007',
  'a clipboard write': '\u001b]52;c;ZWNobyBwd25lZA==\u0007',
  'a hyperlink': '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\',
  'a device query': '\u001b[c\u001b[6n',
  'an 8-bit CSI': '\u009b31m',
  'an 8-bit OSC': '\u009d0;title\u009c',
  'a string terminator': 'a\u0090b\u009c',
  'an overwritten line': 'harmless\rmalicious',
  backspaces: 'no\b\byes',
  'a bell': '\u0007',
  'a NUL': 'a\0b',
  'a DEL': 'a\u007fb',
  'a right-to-left override': 'invoice\u202etxt.exe',
  'bidirectional isolates': '\u2066a\u2067b\u2068c\u2069',
  'bidirectional marks': 'a\u200eb\u200fc\u061cd',
  'line separators': 'a\u2028b\u2029c\u0085d',
  'a byte order mark': '\ufeffa',
  'hidden tags': 'a\u{e0041}\u{e007f}',
  'an interlinear annotation': '\ufff9a\ufffab\ufffb',
  'a soft hyphen': 'pass\u00adword',
  'a zero-width space': 'a\u200bb',
  'a word joiner': 'a\u2060b',
  'half a surrogate pair': 'a\ud800b',
} as const;

const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;

describe('text of a peer', () => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    it(`answers flaw 29: cannot bring ${name} to the terminal`, () => {
      assert.doesNotMatch(neutralize(text), FORBIDDEN);
      for (const line of neutralizeLines(text)) assert.doesNotMatch(line, FORBIDDEN);
      assert.match(jsonLine({ text }), /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
    });
  }

  it('cannot bring anything forbidden, whatever it is', () => {
    const unit = fc.oneof(fc.constantFrom(...Object.values(HOSTILE)), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        assert.doesNotMatch(neutralize(parts.join('')), FORBIDDEN);
        for (const line of neutralizeLines(parts.join(''))) assert.doesNotMatch(line, FORBIDDEN);
      }),
    );
  });

  it('stays as it is when there is nothing wrong with it', () => {
    for (const text of [
      'hello',
      'Grüße',
      'שלום',
      'مرحبا',
      'नमस्ते',
      '你好',
      '👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️',
      'می‌خواهم',
      'e\u0301',
      'x² ≠ ½',
    ]) {
      assert.equal(neutralize(text), text);
    }
  });

  it('cannot pile marks over the lines above', () => {
    assert.equal(neutralize(`a${'\u0301'.repeat(500)}b`), `a${'\u0301'.repeat(8)}b`);
  });

  it('is cut into lines, each of which can be marked as the speaker’s', () => {
    assert.deepEqual(neutralizeLines('a\nb\r\nc\rd\u2028e\n'), ['a', 'b', 'c', 'd', 'e', '']);
  });

  it('is the same value in JSON', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(JSON.parse(jsonLine({ text })).text, text)));
    for (const text of Object.values(HOSTILE)) assert.equal(JSON.parse(jsonLine({ text })).text, text);
  });
});
