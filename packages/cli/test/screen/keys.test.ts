import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { Bell } from '../../src/chat/screen/bell.ts';
import { actionsOf, type KeyPress } from '../../src/chat/screen/keys.ts';
import { readableByInk } from '../../src/chat/screen/stdin.ts';

const NAMES = [
  ...(['upArrow', 'downArrow', 'leftArrow', 'rightArrow', 'pageDown', 'pageUp', 'home', 'end'] as const),
  ...(['return', 'escape', 'ctrl', 'shift', 'tab', 'backspace', 'delete', 'meta'] as const),
];

function key(...pressed: (keyof KeyPress)[]): KeyPress {
  return Object.fromEntries(NAMES.map((name) => [name, pressed.includes(name)])) as unknown as KeyPress;
}

describe('a key', () => {
  const newLine = { do: 'insert', text: '\n' } as const;
  const examples: [string, string, KeyPress, unknown[]][] = [
    ['Enter', '\r', key('return'), [{ do: 'submit' }]],
    ['Shift+Enter', '\r', key('return', 'shift'), [newLine]],
    ['Alt+Enter', '\r', key('return', 'meta'), [newLine]],
    ['Ctrl+J', '\n', key(), [newLine]],
    ['Tab', '', key('tab'), [{ do: 'complete' }]],
    ['Shift+Tab', '', key('tab', 'shift'), [{ do: 'previous' }]],
    ['Alt+3', '3', key('meta'), [{ do: 'open', number: 3 }]],
    ['Alt+A', 'a', key('meta'), [{ do: 'nextUnread' }]],
    ['Alt+0', '0', key('meta'), []],
    ['Esc and / at once', '/', key('meta'), [{ do: 'escape' }, { do: 'insert', text: '/' }]],
    ['Ctrl+Z', 'z', key('ctrl'), [{ do: 'suspend' }]],
    ['Ctrl+Left', '', key('leftArrow', 'ctrl'), [{ do: 'edit', edit: 'wordLeft' }]],
    ['a letter', 'é', key(), [{ do: 'insert', text: 'é' }]],
    ['Ctrl+constructor', 'constructor', key('ctrl'), []],
  ];
  for (const [name, input, pressed, actions] of examples) {
    it(`${name} is ${JSON.stringify(actions)}`, () => assert.deepEqual(actionsOf(input, pressed), actions));
  }

  it('that comes in one piece with others is taken apart', () => {
    assert.deepEqual(actionsOf('hi\rthere\u007f\u0015/l\t', key()), [
      { do: 'insert', text: 'hi' },
      { do: 'submit' },
      { do: 'insert', text: 'there' },
      { do: 'edit', edit: 'deleteLeft' },
      { do: 'edit', edit: 'deleteToLineStart' },
      { do: 'insert', text: '/l' },
      { do: 'complete' },
    ]);
  });

  it('that is a control character without a meaning does nothing', () => {
    assert.deepEqual(actionsOf('\u0007\u001c\u0000', key()), []);
  });
});

describe('the terminal`s input', () => {
  it('spells Shift+Enter so that Ink reads it, and changes nothing else', () => {
    const stream = new PassThrough().setEncoding('utf8');
    const readable = readableByInk(stream as unknown as NodeJS.ReadStream);
    stream.write('a\u001b[27;2;13~b\u001b[A');
    assert.equal(readable.read(), 'a\u001b[13;2ub\u001b[A');
    assert.equal(readable.read(), null);
  });

  it('has Enter also where it was typed before the client was there', () => {
    const stream = new PassThrough().setEncoding('utf8');
    const readable = readableByInk(stream as unknown as NodeJS.ReadStream);
    stream.write('hello\n');
    assert.equal(readable.read(), 'hello\r');
    stream.write('\n');
    assert.equal(readable.read(), '\n', 'later it is Ctrl+J');
  });
});

describe('the bell', () => {
  const message = (from: string) => ({ event: 'message', from, text: '', at: 0, id: '' }) as const;

  function bell() {
    const clock = { now: 0, rings: 0 };
    const ring = (): void => {
      clock.rings += 1;
    };
    return { bell: new Bell(ring, () => clock.now), clock };
  }

  it('rings for requests and for messages elsewhere, once a second at most', () => {
    const { bell: theBell, clock } = bell();
    theBell.happened(message('carol'), 'bob');
    theBell.happened({ event: 'request', from: 'dave', safetyNumber: '' }, 'bob');
    assert.equal(clock.rings, 1);
    clock.now = 1_000;
    theBell.happened({ event: 'request', from: 'dave', safetyNumber: '' }, 'bob');
    assert.equal(clock.rings, 2);
  });

  it('does not ring for a message that is being looked at, unless no key was pressed for a while', () => {
    const { bell: theBell, clock } = bell();
    theBell.happened(message('bob'), 'bob');
    clock.now = 29_000;
    theBell.keyPressed();
    clock.now = 58_000;
    theBell.happened(message('bob'), 'bob');
    assert.equal(clock.rings, 0);
    clock.now = 59_000;
    theBell.happened(message('bob'), 'bob');
    assert.equal(clock.rings, 1);
  });
});
