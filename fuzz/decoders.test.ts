import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import * as wire from '@parley/protocol/wire';
import { ELSEWHERE } from './elsewhere.ts';
import { loadTargets } from './engine/targets.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** How functions are called that take something from outside apart. */
const DECODER =
  /^export (?:async )?function\*? ((?:parse|decode|read|open|from|load|seedFrom|unpad|neutralize|check|parts|preferred)[A-Za-z0-9]*)/gm;

const sources = globSync('packages/*/src/**/*.ts', { cwd: ROOT, exclude: ['**/gen/**'] }).map((file) =>
  readFileSync(resolve(ROOT, file), 'utf8'),
);
const decoders = new Set(sources.flatMap((text) => Array.from(text.matchAll(DECODER), ([, name = '']) => name)));
const targets = await loadTargets();
const covered = new Set(targets.flatMap(({ decodes }) => decodes));

test('every decoder has a fuzz target, or a reason why it has none', () => {
  assert.ok(decoders.size > 40, 'they are found');
  const missing = [...decoders].filter((name) => !covered.has(name) && !Object.hasOwn(ELSEWHERE, name));
  assert.deepEqual(missing, [], 'add a target to fuzz/targets, or a line to fuzz/elsewhere.ts');
});

test('every message of the protocol has a fuzz target', () => {
  const messages = Object.keys(wire).filter((name) => name.endsWith('Schema') && name !== 'ConsentKindSchema');
  const names = new Set(targets.map(({ name }) => name));
  for (const name of messages) assert.ok(names.has(`body-${name.slice(0, -'Schema'.length)}`), name);
});

test('no target and no reason is about something that is not there', () => {
  const isThere = (name: string) => sources.some((text) => new RegExp(`\\b(?:function\\*?|class) ${name}\\b`).test(text));
  for (const name of Object.keys(ELSEWHERE)) assert.ok(decoders.has(name) && !covered.has(name), name);
  for (const name of covered) assert.ok(isThere(name), name);
});

test('no two targets have one name', () => {
  const names = targets.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
