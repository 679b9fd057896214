import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fit, graphemes, pad, widthOf } from '../../src/chat/screen/width.ts';
import { wrap } from '../../src/chat/screen/wrap.ts';
import { neutralize } from '../../src/sanitize.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 120 }),
  fc
    .array(fc.constantFrom('a', 'word', ' ', '  ', '字', '👨‍👩‍👧‍👦', 'e\u0301', '🇩🇪', '❤️', 'שלום'), { maxLength: 60 })
    .map((parts) => parts.join('')),
);

describe('the width of text', () => {
  it('is that of terminals which draw a cluster as one, and of those which draw its parts', () => {
    assert.equal(widthOf('hello'), 5);
    assert.equal(widthOf('字'), 2);
    assert.equal(widthOf('e\u0301'), 1);
    assert.ok(widthOf('👨‍👩‍👧‍👦') >= 8);
    assert.equal(widthOf('❤️'), 2);
  });

  it('adds up from graphemes (property)', () => {
    fc.assert(
      fc.property(text, (value) => {
        const parts = graphemes(value);
        assert.equal(parts.map((part) => part.text).join(''), value);
        assert.equal(
          parts.reduce((sum, { width }) => sum + width, 0),
          widthOf(value),
        );
      }),
    );
  });

  it('is never more than what there is room for (property)', () => {
    fc.assert(
      fc.property(text, fc.nat({ max: 40 }), (value, columns) => {
        assert.ok(widthOf(fit(value, columns)) <= columns);
        assert.equal(widthOf(pad(value, columns)), columns);
      }),
    );
  });
});

describe('wrapping', () => {
  const examples: [string, number, string[]][] = [
    ['', 10, ['']],
    ['short', 10, ['short']],
    ['two words', 5, ['two', 'words']],
    ['two words', 3, ['two', 'wor', 'ds']],
    ['a bb ccc dddd', 6, ['a bb', 'ccc', 'dddd']],
    ['exactly ten', 7, ['exactly', 'ten']],
    ['  indented words', 10, ['  indented', 'words']],
    [' abcdef', 4, [' abc', 'def']],
    ['字字字', 4, ['字字', '字']],
  ];
  for (const [value, columns, lines] of examples) {
    it(`breaks ${JSON.stringify(value)} at ${columns}`, () => assert.deepEqual(wrap(value, columns), lines));
  }

  it('keeps to the width and loses nothing but spaces (property)', () => {
    fc.assert(
      fc.property(text.map(neutralize), fc.integer({ min: 16, max: 60 }), (value, columns) => {
        const lines = wrap(value, columns);
        for (const line of lines) assert.ok(widthOf(line) <= columns || graphemes(line).length === 1, line);
        assert.equal(lines.join('').replaceAll(' ', ''), value.replaceAll(' ', ''));
      }),
    );
  });
});
