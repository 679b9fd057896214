import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatState, ConversationState, HistoryEntry, TimelineState } from '@parley/client';
import fc from 'fast-check';
import { entryLines, noticeLines } from '../../src/chat/screen/entry-lines.ts';
import { lineWidth, plainText } from '../../src/chat/screen/line.ts';
import { liveArea } from '../../src/chat/screen/live-area.ts';
import { LookingBack } from '../../src/chat/screen/looking-back.ts';
import { Scrollback } from '../../src/chat/screen/scrollback.ts';
import { Typing } from '../../src/chat/screen/typing.ts';

const NOON = new Date(2026, 10, 24, 12, 0).getTime();

function entry(position: number, from: string, text: string, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return { id: String(position), conversation: 'bob', from, at: NOON, position, kind: 'text', text, ...more } as HistoryEntry;
}

function timeline(entries: readonly HistoryEntry[], newFrom?: string): TimelineState {
  return { peer: 'bob', entries, newFrom, hasOlder: false, isLoaded: true };
}

function stateWith(changes: Partial<ChatState>): ChatState {
  const none = { conversations: [], requests: [], asked: [], online: [], current: undefined };
  return { user: 'alice', server: 'localhost:10000', connection: 'online', ...none, ...changes };
}

const person = (peer: string, unread = 0): ConversationState => ({
  peer,
  unread,
  canTalk: true,
  isOnline: true,
  newestAt: undefined,
});
const texts = (lines: readonly Parameters<typeof plainText>[0][]): string[] => lines.map(plainText);

/** Anything that a peer may send. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom('\n', '\r', '\u001b[2J', '\u202e', '12:00 alice: yes', '字', '👨‍👩‍👧‍👦', '\u200b', 'x'.repeat(90), ' '),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);

describe('a message', () => {
  it('stands behind the name of its sender, all its rows', () => {
    assert.deepEqual(texts(entryLines(entry(1, 'bob', 'one two three four five six\nseven'), 'alice', 36)), [
      '12:00 bob: one two three four five',
      '           six',
      '           seven',
    ]);
  });

  it('begins below its name where there is too little room beside it', () => {
    const name = 'a-name-that-is-as-long-as-it-can';
    assert.deepEqual(texts(entryLines(entry(1, name, 'hello'), 'alice', 40)), [`12:00 ${name}: `, '  hello']);
  });

  it('is cut where it is too long, and says so', () => {
    const lines = texts(entryLines(entry(1, 'bob', 'x\n'.repeat(100)), 'alice', 80, 5));
    assert.equal(lines.length, 5);
    assert.match(lines[4] ?? '', /… 97 more rows: PgUp shows them/);
    const narrow = entryLines(entry(1, 'bob', 'x\n'.repeat(100)), 'alice', 39, 5);
    assert.equal(plainText(narrow[4] ?? []), '           … 97 more rows: PgUp shows …');
  });

  it('says that it was not sent', () => {
    assert.match(
      texts(entryLines(entry(1, 'alice', 'no', { state: 'refused' }), 'alice', 80))[0] ?? '',
      /alice \(was not sent\): no/,
    );
  });

  it('may claim to be of any time (property)', () => {
    const moments = [-62_135_596_800_000, 253_402_300_799_000, 8.64e15, 8.64e15 + 1, -(2 ** 63), 2 ** 64, Number.NaN];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...moments), fc.double()), (at) => {
        const said = entry(1, 'bob', 'hello', { at });
        assert.match(texts(entryLines(said, 'alice', 80))[0] ?? '', /^(\d\d:\d\d|--:--) bob: hello$/);
        const [, day, row] = texts(new Scrollback('alice').advance(stateWith({ current: timeline([said]) }), 80));
        assert.match(day ?? '', /^-?\d{1,6}-\d\d-\d\d$|^an unknown day$/);
        assert.match(row ?? '', /bob: hello$/);
      }),
    );
  });

  it('takes no row that could be another message, and no more than the width, whatever it holds (property)', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 20, max: 160 }), (text, columns) => {
        const lines = entryLines(entry(1, 'bob', text), 'alice', columns);
        for (const [index, line] of lines.entries()) {
          assert.ok(lineWidth(line) <= columns, plainText(line));
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may come through
          assert.doesNotMatch(plainText(line), /[\u0000-\u001f\u007f-\u009f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/);
          assert.match(plainText(line), index === 0 ? /^12:00 bob: / : /^ {2}/);
        }
      }),
    );
  });
});

describe('a notice', () => {
  it('indents what does not fit on its first row', () => {
    assert.deepEqual(texts(noticeLines('  one two three', 9)), ['  one two', '    three']);
  });

  it('keeps to the width (property)', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 12, max: 90 }), (text, columns) => {
        for (const line of noticeLines(text.trimStart(), columns)) assert.ok(lineWidth(line) <= columns);
      }),
    );
  });
});

describe('the scrollback', () => {
  it('prints the name, what was said last, a line before what is new, and nothing twice', () => {
    const scrollback = new Scrollback('alice');
    const said = Array.from({ length: 20 }, (_, i) => entry(i + 1, 'bob', `message ${i + 1}`));
    const state = stateWith({ current: timeline(said, '19') });
    const lines = texts(scrollback.advance(state, 80));
    assert.deepEqual(lines.slice(0, 3), ['── bob ──', '2026-11-24', '12:00 bob: message 9']);
    assert.deepEqual(lines.slice(-3), ['── new messages ──', '12:00 bob: message 19', '12:00 bob: message 20']);
    assert.deepEqual(scrollback.advance(state, 80), []);
    const more = stateWith({ current: timeline([...said, entry(21, 'bob', 'more')], '19') });
    assert.deepEqual(texts(scrollback.advance(more, 80)), ['12:00 bob: more']);
  });

  it('prints the name at once, and what was said when that is read', () => {
    const scrollback = new Scrollback('alice');
    const unread = { ...timeline([]), isLoaded: false };
    assert.deepEqual(texts(scrollback.advance(stateWith({ current: unread }), 80)), ['── bob ──']);
    const read = stateWith({ current: timeline([entry(1, 'bob', 'hello')]) });
    assert.deepEqual(texts(scrollback.advance(read, 80)), ['2026-11-24', '12:00 bob: hello']);
  });

  it('prints what waits when it was sent, also what stands before what is shown', () => {
    const scrollback = new Scrollback('alice');
    const waiting = entry(1, 'alice', 'waits', { state: 'waiting' });
    const rest = Array.from({ length: 30 }, (_, i) => entry(i + 2, 'bob', `message ${i}`));
    scrollback.advance(stateWith({ current: timeline([waiting, ...rest]) }), 80);
    const sent = { ...waiting, state: 'sent' } as HistoryEntry;
    assert.deepEqual(texts(scrollback.advance(stateWith({ current: timeline([sent, ...rest]) }), 80)), ['12:00 alice: waits']);
  });

  it('does not print older messages that looking back has loaded', () => {
    const scrollback = new Scrollback('alice');
    const newest = [entry(11, 'bob', 'eleven')];
    scrollback.advance(stateWith({ current: timeline(newest) }), 80);
    const older = Array.from({ length: 10 }, (_, i) => entry(i + 1, 'bob', 'older'));
    assert.deepEqual(scrollback.advance(stateWith({ current: timeline([...older, ...newest]) }), 80), []);
  });
});

describe('after looking back', () => {
  it('all that came meanwhile is printed, and before it as much as fills the screen', () => {
    const scrollback = new Scrollback('alice');
    const before = Array.from({ length: 20 }, (_, i) => entry(i + 1, 'bob', `m${i + 1}`));
    scrollback.advance(stateWith({ current: timeline(before) }), 80);
    const meanwhile = Array.from({ length: 8 }, (_, i) => entry(i + 21, 'bob', `m${i + 21}`));
    const all = timeline([...before, ...meanwhile]);
    const lines = texts(scrollback.repeat(all, 80, 5));
    assert.deepEqual(lines, ['── bob ──', ...meanwhile.map(({ id }) => `12:00 bob: m${id}`)]);
    assert.deepEqual(scrollback.advance(stateWith({ current: all }), 80), []);
    assert.deepEqual(texts(scrollback.repeat(all, 80, 3)), ['── bob ──', '12:00 bob: m26', '12:00 bob: m27', '12:00 bob: m28']);
  });

  it('says where some of what is new is older than what is loaded', () => {
    const current = { ...timeline([entry(5, 'bob', 'five')], '5'), hasOlder: true };
    assert.ok(
      texts(new Scrollback('alice').advance(stateWith({ current }), 80)).includes('── new messages; PgUp: more of them ──'),
    );
  });
});

describe('looking back', () => {
  const entries = Array.from({ length: 50 }, (_, i) => entry(i + 1, 'bob', `m${i + 1}`));
  const numbers = (...all: number[]): string[] => all.map((i) => `12:00 bob: m${i}`);

  it('turns page by page, with a row of the one before, and ends beyond the end', () => {
    const back = new LookingBack('alice');
    assert.equal(back.window(timeline(entries), 80, 5), undefined);
    assert.equal(back.turn(-1, 5), false);
    assert.equal(back.turn(1, 5), true);
    assert.deepEqual(texts(back.window(timeline(entries), 80, 5)?.lines ?? []), numbers(42, 43, 44, 45, 46));
    back.turn(1, 5);
    assert.deepEqual(texts(back.window(timeline(entries), 80, 5)?.lines ?? []), numbers(38, 39, 40, 41, 42));
    assert.deepEqual([back.turn(-1, 5), back.turn(-1, 5), back.turn(-1, 5)], [true, true, false]);
    assert.deepEqual([back.stop(), back.stop()], [true, false]);
  });

  it('stays at the oldest, and asks for older ones where there are some', () => {
    const back = new LookingBack('alice');
    for (let i = 0; i < 100; i += 1) back.turn(1, 5);
    const first = back.window({ ...timeline(entries), hasOlder: true }, 80, 5);
    assert.deepEqual([texts(first?.lines ?? []), first?.needsOlder], [numbers(1, 2, 3, 4, 5), true]);
    const all = back.window(timeline(entries), 80, 5);
    assert.deepEqual([all?.fromEnd, all?.needsOlder], [45, false]);
    back.turn(-1, 5);
    assert.equal(back.window(timeline(entries), 80, 5)?.fromEnd, 41);
  });

  it('is not moved by what comes meanwhile', () => {
    const back = new LookingBack('alice');
    back.turn(1, 5);
    const before = back.window(timeline(entries), 80, 5);
    const more = [...entries, entry(51, 'bob', 'one\ntwo'), entry(52, 'bob', 'three')];
    const after = back.window(timeline(more), 80, 5);
    assert.deepEqual(texts(after?.lines ?? []), texts(before?.lines ?? []));
    assert.equal(after?.fromEnd, 7);
  });
});

describe('the live area', () => {
  it('has the tray, what waits, the input and the status, in that order', () => {
    const typing = new Typing();
    typing.enter('bob');
    typing.insert('hello');
    const state = stateWith({
      conversations: [person('bob'), person('carol', 3)],
      requests: [{ from: 'dave', safetyNumber: Array(12).fill('12345').join(' ') }],
      current: timeline([entry(1, 'alice', 'later', { state: 'waiting' })]),
    });
    const { lines, cursor } = liveArea(state, typing, { columns: 80, rows: 24 }, undefined);
    assert.deepEqual(texts(lines).slice(-3), [
      '(waits) later',
      'bob> hello',
      'on line · bob is on line · 1 request · 2 carol (3) · alice@localhost:10000',
    ]);
    assert.match(texts(lines)[0] ?? '', /^dave asks to talk: \/accept dave or \/refuse dave/);
    assert.deepEqual(cursor, { x: 10, y: lines.length - 2 });
  });

  it('shows no digits without whose they are, where it has too little room for both', () => {
    const requests = [{ from: 'dave', safetyNumber: Array(12).fill('12345').join(' ') }];
    const above = (rows: number): string[] => {
      const state = stateWith({ requests, conversations: [person('bob')], current: timeline([]) });
      return texts(liveArea(state, new Typing(), { columns: 80, rows }, undefined).lines).slice(0, -2);
    };
    assert.equal(above(7).length, 4);
    for (const rows of [4, 5, 6]) assert.deepEqual(above(rows), ['dave asks to talk: /accept dave or /refuse dave']);
    assert.deepEqual(above(3), []);
  });

  it('always says how the server can be reached', () => {
    for (const connection of ['connecting', 'offline', 'online'] as const) {
      const { lines } = liveArea(stateWith({ connection }), new Typing(), { columns: 30, rows: 10 }, undefined);
      assert.match(texts(lines).at(-1) ?? '', /^(connecting …|OFF LINE, trying again|on line)/);
    }
  });

  it('keeps within any terminal, and the cursor within it (property)', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{1,31}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.nat({ max: 100 })), { maxLength: 20 }),
        fc.array(name, { maxLength: 4 }),
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 3, max: 60 }),
        fc.boolean(),
        (people, asking, typed, columns, rows, isBack) => {
          const conversations = people.map(([peer, unread]) => person(peer, unread));
          const requests = asking.map((from) => ({ from, safetyNumber: Array(12).fill('12345').join(' ') }));
          const waiting = Array.from({ length: 5 }, (_, i) => entry(i, 'alice', typed, { state: 'waiting' }));
          const peer = conversations[0]?.peer;
          const current = peer === undefined ? undefined : { ...timeline(waiting), peer };
          const typing = new Typing();
          typing.insert(typed);
          const back = new LookingBack('alice');
          if (isBack) back.turn(1, 3);
          const window = current && back.window(current, columns - 1, Math.max(1, rows - 4));
          const { lines, cursor } = liveArea(stateWith({ conversations, requests, current }), typing, { columns, rows }, window);
          assert.ok(lines.length < rows || rows < 4, `${lines.length} rows of ${rows}`);
          for (const line of lines) assert.ok(lineWidth(line) < columns, plainText(line));
          assert.ok(cursor.y >= 0 && cursor.y < lines.length && cursor.x < columns);
        },
      ),
    );
  });
});
