import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { HistoryEntry } from '@parley/client';
import { describeEntry, entryFields, heading } from '../src/export/describe-entry.ts';
import { openDestination } from '../src/export/destination.ts';
import { Progress } from '../src/export/progress.ts';
import { temporaryFolder } from './support/processes.ts';

const common = { id: 'ab', conversation: 'bob', from: 'bob', at: Date.UTC(2026, 10, 1, 12, 30), position: 7 };
const text = (value: string, more: object = {}) => ({ ...common, kind: 'text', text: value, ...more }) as HistoryEntry;

describe('a line of the history for people', () => {
  it('has an ISO time, who, and what', () => {
    assert.deepEqual(describeEntry(text('hi')), ['2026-11-01T12:30:00.000Z bob: hi']);
  });

  it("marks one's own that waits, and one that was not sent", () => {
    const own = (state: string) => describeEntry(text('hi', { from: 'alice', state }))[0]?.slice(25);
    assert.deepEqual(['sent', 'waiting', 'refused'].map(own), [
      'alice: hi',
      'alice (waits to be sent): hi',
      'alice (was not sent): hi',
    ]);
  });

  it('marks what is missing, and what it cannot show', () => {
    assert.match(describeEntry({ ...common, kind: 'gap' })[0] ?? '', /Z \[Something that bob has sent is missing here\.\]$/);
    assert.match(describeEntry({ ...common, kind: 'unknown' })[0] ?? '', /Z \[bob sent something that this version cannot show/);
  });

  it("marks each line of a text as its author's, so that none looks like another message or a heading", () => {
    const lines = describeEntry(text('one\n2026-11-01T12:30:00.000Z alice: I agree\u2028Conversation with eve'));
    assert.deepEqual(
      lines.map((line) => line.slice(25)),
      ['bob: one', 'bob: 2026-11-01T12:30:00.000Z alice: I agree', 'bob: Conversation with eve'],
    );
    assert.ok(lines.slice(1).every((line) => line.startsWith(' '.repeat(25))));
  });

  it('has nothing of what could change a terminal', () => {
    const evil = '\u001b[2J\u202e\u0007\u009b';
    const entry = { ...text(evil), from: evil, conversation: evil };
    for (const line of [...describeEntry(entry), heading(evil, true).replaceAll('\n', '')]) {
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
    }
  });

  it('says so where the time that a sender claims is none', () => {
    for (const at of [Number.NaN, 2 ** 63, -(2 ** 63)]) {
      assert.equal(describeEntry({ ...common, kind: 'text', text: 'hi', at })[0], 'at an unknown time       bob: hi');
    }
  });
});

describe('a line of the history for programs', () => {
  it('has the fields of the contract and no others', () => {
    const shared = { conversation: 'bob', id: 'ab', from: 'bob', at: common.at };
    assert.deepEqual(entryFields(text('hi')), { ...shared, kind: 'text', text: 'hi' });
    assert.deepEqual(entryFields({ ...common, kind: 'gap' }), { ...shared, kind: 'gap' });
    const own = { ...common, kind: 'unknown', state: 'sent' } as const;
    assert.deepEqual(entryFields(own), { ...shared, kind: 'unknown', state: 'sent' });
  });
});

describe('the file of an export', () => {
  it('takes all that is written, in order, and stays when it is finished', async (t) => {
    const file = join(await temporaryFolder(t), 'history');
    const destination = await openDestination(file);
    const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i} `.padEnd(100, '.'));
    for (const line of lines) await destination.write(`${line}\n`);
    await destination.finish();
    assert.equal(await readFile(file, 'utf8'), `${lines.join('\n')}\n`);
  });

  it('goes when the export is told to end, which it says', async (t) => {
    const file = join(await temporaryFolder(t), 'history');
    const listeners = process.listenerCount('SIGHUP');
    const destination = await openDestination(file);
    await destination.write('x'.repeat(100_000));
    assert.equal((await stat(file)).size, 100_000);
    process.emit('SIGHUP');
    await assert.rejects(destination.write('more'), { name: 'Failure', exitCode: 1, message: /interrupted/ });
    await destination.abandon();
    assert.equal(existsSync(file), false);
    assert.equal(process.listenerCount('SIGHUP'), listeners);
  });

  it('is refused where there is a link, wherever that leads', async (t) => {
    const folder = await temporaryFolder(t);
    await symlink(join(folder, 'target'), join(folder, 'link'));
    await assert.rejects(openDestination(join(folder, 'link')), { exitCode: 2, message: /exists already/ });
    assert.equal(existsSync(join(folder, 'target')), false);
  });
});

describe('a note of progress', () => {
  const recorded = (isTTY: boolean, isBusy: boolean) => {
    let written = '';
    let nowMs = 0;
    const output = { isTTY, write: (piece: string) => (written += piece) };
    const progress = new Progress(isBusy, output, () => nowMs);
    const count = (times: number, afterMs: number): string => {
      written = '';
      nowMs += afterMs;
      for (let i = 0; i < times; i += 1) progress.count();
      return written;
    };
    const end = (): string => {
      written = '';
      progress.end();
      return written;
    };
    return { count, end };
  };

  it('says nothing of what takes less than a second', () => {
    const { count, end } = recorded(true, false);
    assert.equal(count(5_000, 999) + end(), '');
  });

  it('says how many each second, on one line that goes in the end', () => {
    const { count, end } = recorded(true, false);
    count(5_000, 999);
    assert.equal(count(500, 1), '\r\u001b[K5,001 messages');
    assert.equal(count(500, 1_000), '\r\u001b[K5,501 messages');
    assert.equal(end(), '\r\u001b[K');
    assert.equal(end(), '');
  });

  it('says nothing where standard error is no terminal, or the history itself goes to one', () => {
    for (const [isTTY, isBusy] of [
      [false, false],
      [true, true],
    ] as const) {
      const { count, end } = recorded(isTTY, isBusy);
      assert.equal(count(10, 5_000) + end(), '');
    }
  });
});
