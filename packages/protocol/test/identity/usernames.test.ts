import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isUsername, ParleyError, parseUsername } from '../../src/index.ts';

describe('usernames', () => {
  test('accepts letters and digits with . _ - inside', () => {
    for (const name of ['al', 'a1', '42', 'alice', 'a.b', 'a_b-c.d', 'a--b', 'x'.repeat(32)]) assert.ok(isUsername(name), name);
  });
  const refused = {
    'a name of one character': 'a',
    'an empty name': '',
    'a name of 33 characters': 'x'.repeat(33),
    'upper case': 'Alice',
    'a dot at the start': '.alice',
    'a hyphen at the end': 'alice-',
    'an underscore at the end': 'alice_',
    'a path': '../etc/passwd',
    'a slash': 'a/b',
    'a space': 'a b',
    'a line break at the end': 'alice\n',
    'a NUL': 'al\0ice',
    'letters beyond ASCII': 'zoë',
    'look-alikes': 'аlice',
    'a terminal escape': 'al\u001b[31mice',
  };
  for (const [what, name] of Object.entries(refused)) {
    test(`refuses ${what}`, () => {
      assert.equal(isUsername(name), false);
      assert.throws(() => parseUsername(name), ParleyError);
    });
  }
  test('never repeats a refused name in its error', () => {
    assert.throws(
      () => parseUsername('evil\u001b[2J'),
      (error) => error instanceof Error && !error.message.includes('evil'),
    );
  });
  test('agrees with the grammar read letter by letter (property)', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const alphabet = fc.constantFrom(...letters.slice(0, 3), '0', '9', '.', '_', '-', 'A', ' ', 'é', '\n');
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 36 }), (characters) => {
        const isWellFormed =
          characters.length >= 2 &&
          characters.length <= 32 &&
          characters.every((character) => [...letters, '.', '_', '-'].includes(character)) &&
          [characters[0], characters.at(-1)].every((character) => letters.includes(character as string));
        assert.equal(isUsername(characters.join('')), isWellFormed);
      }),
    );
  });
});
