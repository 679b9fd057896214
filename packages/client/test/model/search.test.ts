import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../../src/model/search.ts';
import { Scene } from '../support/scene.ts';

async function found(query: string, texts: readonly string[]): Promise<string[]> {
  const { alice } = await (await Scene.create()).pair();
  for (const text of texts) await alice.send('bob', text);
  const all: string[] = [];
  for await (const entry of search(alice.history, 'bob', query)) if (entry.kind === 'text') all.push(entry.text);
  return all;
}

test('finds all words wherever they are, without regard to case, newest first', async () => {
  assert.deepEqual(await found('MEET noon', ['meet me', 'Noon? Let us meet.', 'we meet at noon']), [
    'we meet at noon',
    'Noon? Let us meet.',
  ]);
});

test('finds a letter however it was typed', async () => {
  assert.deepEqual(await found('cafe\u0301', ['CAFÉ at five']), ['CAFÉ at five']);
});

test('finds nothing for no words, and where there is nothing', async () => {
  assert.deepEqual(await found('  ', ['x']), []);
  assert.deepEqual(await found('y', ['x']), []);
});

test('goes through any number of pages', async () => {
  const texts = Array.from({ length: 1_203 }, (_, i) => (i % 400 === 0 ? `needle ${i}` : `hay ${i}`));
  assert.deepEqual(await found('needle', texts), ['needle 1200', 'needle 800', 'needle 400', 'needle 0']);
});
