import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unlessInstalled } from '../e2e/support/programs.ts';
import { ask, isExpected, MODELS, sourceOf } from './promela.ts';
import { readReport, SpinError, search } from './spin.ts';

const skip = unlessInstalled('spin') || unlessInstalled('gcc');

for (const model of MODELS) {
  describe(`the model ${model.name}`, { skip }, () => {
    for (const question of model.searches) {
      const { name, quick, fails } = question;
      if (quick === undefined) continue;
      test(name, async () => {
        const found = await ask(model, question, quick);
        assert.ok(isExpected(question, found), `expected: ${fails ?? 'holds'}; found: ${found.error ?? 'holds'}`);
        assert.ok(found.states > 0);
      });
    }
  });
}

test('a change that does not fit a model is refused', () => {
  const [model] = MODELS;
  assert.ok(model);
  assert.throws(() => sourceOf(model, [{ from: 'no text of the model', to: '' }]), /0 times, not once/);
  assert.throws(() => sourceOf(model, [{ from: 'assert', to: '' }]), /times, not once/);
});

const WHOLE = `(Spin Version 6.5.2 -- 6 December 2019)
Full statespace search for:
State-vector 20 byte, depth reached 7, errors: 0
        9 states, stored
pan: elapsed time 0.01 seconds
`;

test('a whole search without an error is a result', () => {
  const { error, states, depth } = readReport(WHOLE);
  assert.deepEqual({ error, states, depth }, { error: undefined, states: 9, depth: 7 });
});

for (const [name, text] of [
  ['went too deep', 'error: max search depth too small\n'],
  ['had too little memory', 'pan: reached -DMEMLIM bound\n'],
  ['was not completed', 'Warning: Search not completed\n'],
  ['was a sample', 'Bit statespace search for:\n'],
] as const) {
  test(`a search that ${name} is no result`, () => {
    assert.throws(() => readReport(text + WHOLE), SpinError);
  });
}

test('a program that prints nothing of a search is no result', () => {
  assert.throws(() => readReport('Segmentation fault\n'), SpinError);
});

test('a process that waits for ever is an error', { skip }, async () => {
  const source = 'chan c = [0] of { byte }; init { c?1 }';
  const { error } = await search({ source, defines: [], kind: 'safety', isShort: true });
  assert.match(error ?? '', /^invalid end state/);
});

test('a text that is no model is no result', { skip }, async () => {
  await assert.rejects(search({ source: 'init { nonsense }', defines: [], kind: 'safety', isShort: true }), SpinError);
});
