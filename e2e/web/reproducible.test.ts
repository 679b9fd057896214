import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { spawnScript, within } from '../support/process.ts';
import { ProcessEnd } from '../support/process-end.ts';
import { tempFolder } from '../support/world.ts';

const BUNDLE = resolve(import.meta.dirname, '../../scripts/bundle-web.ts');

test('two builds of the web client are the same, byte by byte, wherever they are put', async () => {
  await using stack = new AsyncDisposableStack();
  const folder = tempFolder(stack);
  const places = [join(folder, 'one'), join(folder, 'deeper', 'two')];
  // One after the other: a build takes both cores by itself.
  for (const place of places) {
    const child = spawnScript(BUNDLE, [place]);
    child.stdout.resume();
    child.stderr.resume();
    const { code } = new ProcessEnd(child);
    assert.equal(await within(code, 'the build to end', () => child.kill('SIGKILL')), 0);
  }
  const [one, two] = places.map(contents);
  assert.ok(one && two);
  assert.ok(one.has('index.html') && one.has('sw.js') && one.has('index.html.br'), [...one.keys()].join(' '));
  assert.deepEqual([...two.keys()], [...one.keys()]);
  for (const [name, bytes] of one) assert.ok(bytes.equals(two.get(name) ?? Buffer.alloc(0)), name);
});

function contents(place: string): Map<string, Buffer> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(place, path), readFileSync(path)]));
}
