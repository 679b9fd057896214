import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { spawnScript, within } from '../support/process.ts';
import { ProcessEnd } from '../support/process-end.ts';
import { tempFolder } from '../support/world.ts';

const SCRIPTS = resolve(import.meta.dirname, '../../scripts');
const BUILDS = {
  'the web client': { script: 'bundle-web.ts', expected: ['index.html', 'sw.js', 'index.html.br'] },
  'the command': { script: 'bundle-cli.ts', expected: ['main.js', 'worker.js'] },
};

for (const [what, { script, expected }] of Object.entries(BUILDS)) {
  test(`two builds of ${what} are the same, byte by byte, wherever they are put`, async () => {
    await using stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    const places = [join(folder, 'one'), join(folder, 'deeper', 'two')];
    // One after the other: a build takes both cores by itself.
    for (const place of places) {
      const child = spawnScript(join(SCRIPTS, script), [place]);
      child.stdout.resume();
      child.stderr.resume();
      const { code } = new ProcessEnd(child);
      assert.equal(await within(code, 'the build to end', () => child.kill('SIGKILL')), 0);
    }
    const [one, two] = places.map(contents);
    assert.ok(one && two);
    for (const file of expected) assert.ok(one.has(file), `${file} among ${[...one.keys()].join(' ')}`);
    assert.deepEqual([...two.keys()], [...one.keys()]);
    for (const [name, bytes] of one) assert.ok(bytes.equals(two.get(name) ?? Buffer.alloc(0)), name);
  });
}

function contents(place: string): Map<string, Buffer> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(place, path), readFileSync(path)]));
}
