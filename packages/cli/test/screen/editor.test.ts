import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Draft, type Edit, EMPTY, edit, insert, moveLine } from '../../src/chat/screen/editor.ts';
import { inputRows } from '../../src/chat/screen/input-rows.ts';
import { graphemes, widthOf } from '../../src/chat/screen/width.ts';

/** A draft written with `|` for the cursor. */
function draft(marked: string): Draft {
  return { text: marked.replace('|', ''), cursor: marked.indexOf('|') };
}

function marked({ text, cursor }: Draft): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

describe('editing', () => {
  const examples: [string, Edit, string][] = [
    ['ab|', 'left', 'a|b'],
    ['a|b', 'right', 'ab|'],
    ['|', 'left', '|'],
    ['👨‍👩‍👧‍👦|', 'left', '|👨‍👩‍👧‍👦'],
    ['e\u0301|x', 'deleteLeft', '|x'],
    ['a\n|b', 'left', 'a|\nb'],
    ['a\n|b', 'deleteLeft', 'a|b'],
    ['a|\nb', 'deleteRight', 'a|b'],
    ['one two  |three', 'wordLeft', 'one |two  three'],
    ['one| two three', 'wordRight', 'one two| three'],
    ['one two |', 'deleteWordLeft', 'one |'],
    ['ab\ncd|ef\ngh', 'lineStart', 'ab\n|cdef\ngh'],
    ['ab\ncd|ef\ngh', 'lineEnd', 'ab\ncdef|\ngh'],
    ['ab\ncd|ef\ngh', 'deleteToLineStart', 'ab\n|ef\ngh'],
    ['ab\ncd|ef\ngh', 'deleteToLineEnd', 'ab\ncd|\ngh'],
  ];
  for (const [before, what, after] of examples) {
    it(`${what} makes ${JSON.stringify(after)} of ${JSON.stringify(before)}`, () =>
      assert.equal(marked(edit(draft(before), what)), after));
  }

  it('goes up and down at the same character, and nowhere beyond the first and last line', () => {
    assert.equal(marked(moveLine(draft('abcd\nef|\nghij'), -1) ?? EMPTY), 'ab|cd\nef\nghij');
    assert.equal(marked(moveLine(draft('abcd|\nef'), 1) ?? EMPTY), 'abcd\nef|');
    assert.equal(moveLine(draft('ab|'), -1), undefined);
    assert.equal(moveLine(draft('ab\n|cd'), 1), undefined);
  });

  it('leaves the cursor between characters, whatever is done (property)', () => {
    const what = fc.constantFrom<Edit | 'up' | 'down' | '字' | '👍🏽' | '\n' | 'ab c'>(
      ...(['left', 'right', 'wordLeft', 'wordRight', 'lineStart', 'lineEnd', 'deleteLeft', 'deleteRight'] as const),
      ...(['deleteWordLeft', 'deleteToLineStart', 'deleteToLineEnd', 'up', 'down', '字', '👍🏽', '\n', 'ab c'] as const),
    );
    fc.assert(
      fc.property(fc.array(what, { maxLength: 60 }), fc.integer({ min: 2, max: 30 }), (steps, columns) => {
        let now = EMPTY;
        for (const step of steps) {
          if (step === 'up' || step === 'down') now = moveLine(now, step === 'up' ? -1 : 1) ?? now;
          else if (/^[a-z]+[A-Z]|^left$|^right$/.test(step)) now = edit(now, step as Edit);
          else now = insert(now, step);
          const before = graphemes(now.text.slice(0, now.cursor)).map(({ text }) => text);
          const after = graphemes(now.text.slice(now.cursor)).map(({ text }) => text);
          assert.deepEqual(
            [...before, ...after],
            graphemes(now.text).map(({ text }) => text),
          );
          const { rows, cursor } = inputRows(now, columns, 5);
          assert.ok(rows.length >= 1 && rows.length <= 5 && cursor.y < rows.length && cursor.x < columns, JSON.stringify(now));
          for (const row of rows) assert.ok(widthOf(row) <= columns);
        }
      }),
    );
  });
});

describe('the input', () => {
  it('is cut at the width, with the cursor on a row of its own where the last one is full', () => {
    assert.deepEqual(inputRows(draft('abcdef|'), 4, 5), { rows: ['abcd', 'ef'], cursor: { x: 2, y: 1 } });
    assert.deepEqual(inputRows(draft('abcd|'), 4, 5), { rows: ['abcd', ''], cursor: { x: 0, y: 1 } });
    assert.deepEqual(inputRows(draft('a\n|b'), 4, 5), { rows: ['a', 'b'], cursor: { x: 0, y: 1 } });
    assert.deepEqual(inputRows(draft('字字|字'), 5, 5), { rows: ['字字', '字'], cursor: { x: 0, y: 1 } });
  });

  it('shows the rows around the cursor where there are too many', () => {
    const { rows, cursor } = inputRows(draft('0\n1\n2\n3\n4|\n5\n6\n7\n8'), 10, 3);
    assert.deepEqual([rows, cursor], [['3', '4', '5'], { x: 1, y: 1 }]);
  });

  it('shows what was pasted neutralised', () => {
    assert.deepEqual(inputRows(draft('a\u001b[31m\tb|'), 40, 3).rows, ['a\ufffd[31m    b']);
  });
});
