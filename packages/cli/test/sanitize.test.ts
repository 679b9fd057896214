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
const ENGLAND = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';

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
      `${ENGLAND}🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}`,
      '1️⃣ #️⃣ ❤︎ 🏳️‍🌈 👋🏿 🧑🏽‍❤️‍🧑🏻',
      '\u845b\u{e0100}\u57ce',
      '\u1820\u180b\u1828',
      '\u115f\u1161 \u1100\u1160 \u1112\u1161\u11ab',
      'क्\u200dष क्\u200cष \u200dه\u200d',
      'e\u0323\u034f\u0301',
      '\u2813\u2811\u2807\u2807\u2815\u2800\u283a\u2815\u2817\u2807\u2819',
    ]) {
      assert.equal(neutralize(text), text);
    }
  });

  const BLANK = {
    'hangul fillers': '\u115f\u1160\u3164\uffa0',
    'joiners alone': '\u200d\u200c\u200d',
    'variation selectors alone': '\ufe0f\ufe0e\u{e0100}\u{e01ef}',
    'combining grapheme joiners': '\u034f\u034f',
    'a vowel of Khmer that is not written': '\u17b4',
    'variation selectors of Mongolian': '\u180b\u180f',
    'braille blanks': '\u2800\u2800',
    'what Unicode keeps for the like': '\ufff0\u{e0fff}',
  };
  for (const [name, text] of Object.entries(BLANK)) {
    it(`cannot seem empty by ${name}`, () => {
      assert.match(neutralize(text), /^\ufffd+$/);
      assert.deepEqual(neutralizeLines(`\n${text}`), ['', neutralize(text)]);
      assert.equal([...neutralize(`a ${text} b`)].length, [...text].length + 4);
      assert.match(neutralize(`a ${text} b`), /^a \ufffd+ b$/);
    });
  }

  it('hides nothing behind what seems to be one character', () => {
    assert.equal(neutralize(`a${'\u{e0101}'.repeat(3)}`), 'a\u{e0101}\ufffd\ufffd');
    assert.equal(neutralize('pay 10\u200d\u200d\u200d0'), 'pay 10\u200d\ufffd\u200d0');
    const tags = [...'gbxyz'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    assert.equal(neutralize(`🏴${tags}\u{e007f}`), `🏴${'\ufffd'.repeat(6)}`);
    assert.equal(neutralize(ENGLAND.slice(0, -2)), `🏴${'\ufffd'.repeat(5)}`);
    assert.equal(neutralize(ENGLAND.replace('🏴', '🎌')), `🎌${'\ufffd'.repeat(6)}`);
  });

  it('cannot pile marks over the lines above', () => {
    assert.equal(neutralize(`a${'\u0301'.repeat(500)}b`), `a${'\u0301'.repeat(8)}b`);
  });

  it('is cut into lines, each of which can be marked as the speaker’s', () => {
    assert.deepEqual(neutralizeLines('a\nb\r\nc\rd\u2028e\n'), ['a', 'b', 'c', 'd', 'e', '']);
  });

  it('may be a picture of braille cells, with rows of blanks', () => {
    assert.deepEqual(neutralizeLines('\u2800\u2800\n\u28ff\u2800'), ['\u2800\u2800', '\u28ff\u2800']);
  });

  it('is looked through once for braille, however many lines it has', (t) => {
    let asked = 0;
    const exec = RegExp.prototype.exec;
    t.mock.method(RegExp.prototype, 'exec', function (this: RegExp, text: string) {
      if (this.source.includes('\\u2801')) asked += 1;
      return exec.call(this, text);
    });
    assert.equal(neutralizeLines('\n'.repeat(100)).length, 101);
    assert.equal(asked, 1);
  });

  it('is the same value in JSON', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(JSON.parse(jsonLine({ text })).text, text)));
    for (const text of Object.values(HOSTILE)) assert.equal(JSON.parse(jsonLine({ text })).text, text);
  });
});
