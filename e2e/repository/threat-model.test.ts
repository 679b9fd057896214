import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { applyChange } from '../flaws/apply-change.ts';
import { OLD_BEHAVIOURS } from '../flaws/old/index.ts';
import { HARNESSES } from '../harness/index.ts';

const root = resolve(import.meta.dirname, '../..');
const DOCUMENT = 'docs/threat-model.md';
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const THIRTY = Array.from({ length: 30 }, (_, i) => i + 1);

/** The number of each flaw that a test answers, with the file it is in. */
function answers(): { flaw: number; file: string }[] {
  return globSync(['packages/*/test/**/*.test.ts', 'e2e/**/*.test.ts'], { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/test\('answers flaw (\d\d): /g)].map(([, flaw]) => ({ flaw: Number(flaw), file })),
  );
}

test('each of the thirty flaws is answered by one test', () => {
  assert.deepEqual(
    answers()
      .map(({ flaw }) => flaw)
      .sort((a, b) => a - b),
    THIRTY,
  );
});

test('each of the thirty flaws can be had back, for its test to fail', () => {
  assert.deepEqual(
    [...new Set(OLD_BEHAVIOURS.map(({ flaw }) => flaw))].sort((a, b) => a - b),
    THIRTY,
  );
  for (const { changes } of OLD_BEHAVIOURS) for (const change of changes) applyChange(read(change.file), change);
});

test('docs/threat-model.md has a row for each flaw, with a link to the file of its test', () => {
  const rows = [...read(DOCUMENT).matchAll(/^\| (\d+) \|.*\[[^\]]+\]\(\.\.\/([^)]+)\) \|$/gm)];
  const listed = rows.map(([, flaw, file = '']) => ({ flaw: Number(flaw), file }));
  assert.deepEqual(
    listed,
    answers().sort((a, b) => a.flaw - b.flaw),
  );
});

test('docs/threat-model.md names tests and commands that are there', () => {
  const text = read(DOCUMENT);
  const named = [...text.matchAll(/\[[^\]]+\]\(([^)#]+\.ts)\): ((?:“[^”]+”(?:, )?)+)/g)];
  assert.ok(named.length > 10);
  for (const [, link = '', names = ''] of named) {
    const source = readFileSync(resolve(root, dirname(DOCUMENT), link), 'utf8');
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) {
      assert.ok(
        ['"', "'", '`'].some((quote) => source.includes(`test(${quote}${name}${quote}`)),
        `${link} has no test “${name}”`,
      );
    }
  }
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [command, script = ''] of text.matchAll(/npm run ([a-z:]+)/g)) assert.ok(script in scripts, command);
  for (const [command, harness = ''] of text.matchAll(/npm run harness -- ([a-z-]+)/g)) assert.ok(harness in HARNESSES, command);
});
