import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { History, HistoryEntry, HistoryRange } from '../../src/history.ts';
import { Timeline } from '../../src/model/timeline.ts';

/** A history in memory that pages as `History` does. */
class FakeHistory {
  readonly entries: HistoryEntry[] = [];
  pages = 0;
  #last = 0;

  add(from: string, state?: 'waiting' | 'sent'): void {
    // As in a vault: no position is given out twice, also when what had it is gone.
    this.#last += 1;
    const position = this.#last;
    const id = String(position);
    this.entries.push({ id, conversation: 'bob', from, at: position, position, kind: 'text', text: id, ...(state && { state }) });
  }

  settle(position: number): void {
    const index = this.entries.findIndex((entry) => entry.position === position);
    const entry = this.entries[index];
    if (entry !== undefined) this.entries[index] = { ...entry, state: 'sent' };
  }

  async page(_peer: string, { after, before, limit = 500 }: HistoryRange = {}): Promise<HistoryEntry[]> {
    this.pages += 1;
    if (after !== undefined) return this.entries.filter(({ position }) => position > after).slice(0, limit);
    return this.entries.filter(({ position }) => before === undefined || position < before).slice(-limit);
  }
}

function timelineOf(history: FakeHistory, readPosition = 0) {
  let changes = 0;
  const timeline = new Timeline({
    history: history as unknown as History,
    peer: 'bob',
    readPosition,
    onChange: () => {
      changes += 1;
    },
    onError: (error) => {
      throw error;
    },
  });
  return { timeline, changes: () => changes };
}

test('reads the newest page first, and older ones when asked', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 250; i += 1) history.add('bob');
  const { timeline } = timelineOf(history, 249);
  await timeline.refresh();
  assert.deepEqual([timeline.state.entries.length, timeline.state.hasOlder, timeline.state.newFrom], [100, true, '250']);
  await Promise.all([timeline.loadOlder(), timeline.loadOlder()]);
  assert.equal(timeline.state.entries.length, 200, 'two that ask at once get one page');
  await timeline.loadOlder();
  assert.deepEqual([timeline.state.entries.length, timeline.state.hasOlder], [250, false]);
  assert.deepEqual(
    timeline.state.entries.map(({ position }) => position),
    history.entries.map(({ position }) => position),
  );
});

test('one that waits at the very start of what is loaded does not have all be read again', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 150; i += 1) history.add('bob');
  history.add('alice', 'waiting');
  for (let i = 0; i < 99; i += 1) history.add('bob');
  const { timeline } = timelineOf(history, 1_000);
  await timeline.refresh();
  assert.equal(timeline.state.entries[0]?.state, 'waiting');
  history.settle(151);
  await timeline.refresh();
  assert.deepEqual([timeline.state.entries.length, timeline.state.entries[0]?.state], [100, 'sent']);
});

test('entries that are the same stay the same objects, and a refresh that finds nothing changes nothing', async () => {
  const history = new FakeHistory();
  history.add('bob');
  history.add('alice', 'waiting');
  history.add('bob');
  const { timeline, changes } = timelineOf(history);
  await timeline.refresh();
  const before = timeline.state.entries;
  const count = changes();
  await timeline.refresh();
  assert.equal(changes(), count);
  history.settle(2);
  history.add('bob');
  await timeline.refresh();
  const after = timeline.state.entries;
  assert.deepEqual([after[0] === before[0], after[1] === before[1], after[2] === before[2]], [true, false, true]);
  assert.equal(after.length, 4);
});

test('calls that come while it reads share one reading', async () => {
  const history = new FakeHistory();
  history.add('bob');
  const { timeline } = timelineOf(history);
  await timeline.refresh();
  history.pages = 0;
  for (let i = 0; i < 50; i += 1) history.add('bob');
  await Promise.all(Array.from({ length: 50 }, () => timeline.refresh()));
  assert.equal(timeline.state.entries.length, 51);
  assert.ok(history.pages <= 2, `${history.pages} pages were read`);
});

test('of a conversation that goes on and on the newest stay in memory, unless older ones were asked for', async () => {
  for (const isLookedBack of [false, true]) {
    const history = new FakeHistory();
    for (let i = 0; i < 199; i += 1) history.add('bob');
    const { timeline } = timelineOf(history, 1_000);
    await timeline.refresh();
    if (isLookedBack) await timeline.loadOlder();
    for (let round = 0; round < 30; round += 1) {
      for (let i = 0; i < 100; i += 1) history.add('bob');
      await timeline.refresh();
    }
    assert.equal(timeline.state.entries.length, isLookedBack ? 3_199 : 2_000);
    assert.equal(timeline.state.hasOlder, !isLookedBack);
    assert.equal(timeline.state.entries.at(-1)?.position, 3_199);
  }
});

test('all that is new is read at once, however many pages that are', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 400; i += 1) history.add('bob');
  const { timeline } = timelineOf(history, 50);
  await timeline.refresh();
  assert.equal(timeline.state.newFrom, '51');
  assert.ok(timeline.state.entries.length >= 350);
});

test('of very many that are new the newest thousand are read, and there are older ones', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 1_500; i += 1) history.add('bob');
  const { timeline } = timelineOf(history);
  await timeline.refresh();
  assert.deepEqual([timeline.state.entries.length, timeline.state.hasOlder, timeline.state.newFrom], [1_000, true, '501']);
});

test('what one call reads no other writes over, whatever is asked for at once (property)', async () => {
  const step = fc.constantFrom('theirs', 'typed', 'sent', 'refresh', 'older', 'remove');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat({ max: 300 }), async (steps, before) => {
      const history = new FakeHistory();
      for (let i = 0; i < before; i += 1) history.add('bob');
      const { timeline } = timelineOf(history, before);
      await timeline.refresh();
      const calls: Promise<void>[] = [];
      for (const what of steps) {
        if (what === 'theirs') history.add('bob');
        else if (what === 'typed') history.add('alice', 'waiting');
        else if (what === 'sent') history.settle(history.entries.find(({ state }) => state === 'waiting')?.position ?? 0);
        else if (what === 'refresh') calls.push(timeline.refresh());
        else if (what === 'older') calls.push(timeline.loadOlder());
        else {
          const [gone] = history.entries.splice(history.entries.length >> 1, 1);
          if (gone !== undefined) calls.push(timeline.remove(gone.id));
        }
      }
      await Promise.all([...calls, timeline.refresh()]);
      const { entries, hasOlder } = timeline.state;
      const shown = history.entries.slice(history.entries.length - entries.length);
      assert.deepEqual(entries, shown);
      assert.ok(hasOlder || entries.length === history.entries.length);
    }),
  );
});

test('whatever comes, waits and is sent in between: it shows what the history has (property)', async () => {
  const step = fc.constantFrom('theirs', 'typed', 'sent', 'refresh', 'older');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const history = new FakeHistory();
      const { timeline } = timelineOf(history);
      await timeline.refresh();
      for (const what of steps) {
        if (what === 'theirs') history.add('bob');
        else if (what === 'typed') history.add('alice', 'waiting');
        else if (what === 'sent') history.settle(history.entries.find(({ state }) => state === 'waiting')?.position ?? 0);
        else if (what === 'refresh') await timeline.refresh();
        else await timeline.loadOlder();
      }
      await timeline.refresh();
      assert.deepEqual(timeline.state.entries, history.entries);
    }),
  );
});

test('reads back to a position, and not beyond what anybody can be led through', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 21_000; i += 1) history.add('bob');
  const { timeline } = timelineOf(history, 21_000);
  await timeline.refresh();
  assert.equal(await timeline.loadBackTo(20_750), true);
  assert.equal(timeline.state.entries.length, 300);
  assert.equal(await timeline.loadBackTo(20_990), true, 'it is there already');
  assert.equal(timeline.state.entries.length, 300);
  assert.equal(await timeline.loadBackTo(10), false);
  assert.equal(timeline.state.entries.length, 20_000);
});

test('a timeline that was closed reads back no further', async () => {
  const history = new FakeHistory();
  for (let i = 0; i < 250; i += 1) history.add('bob');
  const { timeline } = timelineOf(history, 250);
  await timeline.refresh();
  timeline.close();
  assert.equal(await timeline.loadBackTo(10), false);
});
