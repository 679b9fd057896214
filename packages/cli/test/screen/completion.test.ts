import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { complete } from '../../src/chat/screen/completion.ts';
import { Typing } from '../../src/chat/screen/typing.ts';

const NAMES = { anybody: ['bob', 'bobby', 'carol'], 'people asking': ['dave'], 'people asked': ['erin'] };

function completed(text: string): [string, readonly string[]] | undefined {
  const completion = complete({ text, cursor: text.length }, NAMES);
  return completion && [completion.draft.text, completion.choices];
}

describe('Tab', () => {
  const examples: [string, string, string[]][] = [
    ['/req', '/request ', []],
    ['!req', '!request ', []],
    ['/li', '/list', []],
    ['/re', '/re', ['refuse', 'request']],
    ['/c', '/c', ['cancel', 'clear', 'close']],
    ['/request c', '/request carol', []],
    ['/msg c', '/msg carol ', []],
    ['/request b', '/request bob', ['bob', 'bobby']],
    ['/accept ', '/accept dave', []],
    ['/cancel ', '/cancel erin', []],
    ['/search b', '/search b', []],
    ['/xyz', '/xyz', []],
  ];
  for (const [text, result, choices] of examples) {
    it(`makes ${JSON.stringify(result)} of ${JSON.stringify(text)}`, () => assert.deepEqual(completed(text), [result, choices]));
  }

  it('completes nothing in a text, nor behind a name', () => {
    assert.equal(completed('hello b'), undefined);
    assert.equal(completed(''), undefined);
    assert.equal(completed('/msg bob hello c'), undefined);
  });

  it('completes before the cursor, and keeps what is behind it', () => {
    const completion = complete({ text: '/msg ca hello', cursor: 7 }, NAMES);
    assert.deepEqual(completion?.draft, { text: '/msg carol hello', cursor: 10 });
  });
});

describe('typing', () => {
  it('has a draft for each conversation', () => {
    const typing = new Typing();
    typing.enter('bob');
    typing.insert('for bob');
    typing.enter('carol');
    assert.equal(typing.draft.text, '');
    typing.insert('for carol');
    typing.enter('bob');
    assert.deepEqual(typing.draft, { text: 'for bob', cursor: 7 });
    typing.done();
    typing.enter('carol');
    assert.equal(typing.draft.text, 'for carol');
  });

  it('gives what was typed to nobody to whoever is chosen then, unless they have a draft', () => {
    const typing = new Typing();
    typing.insert('for somebody');
    typing.enter('bob');
    assert.equal(typing.draft.text, 'for somebody');
    typing.enter('');
    assert.equal(typing.draft.text, '');
    typing.insert('again');
    typing.enter('bob');
    assert.equal(typing.draft.text, 'for somebody');
  });

  it('goes up to what was typed before, and down again to what was being typed', () => {
    const typing = new Typing();
    for (const text of ['one', 'two', 'two', 'three']) {
      typing.insert(text);
      typing.done();
    }
    typing.insert('unfinished');
    const seen: string[] = [];
    for (const direction of [-1, -1, -1, -1, 1, 1, 1, 1] as const) {
      typing.move(direction);
      seen.push(typing.draft.text);
    }
    assert.deepEqual(seen, ['three', 'two', 'one', 'one', 'two', 'three', 'unfinished', 'unfinished']);
  });
});
