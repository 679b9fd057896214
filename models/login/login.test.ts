import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { findProgram } from '../../e2e/support/programs.ts';
import type { Case } from './case.ts';
import { CASES } from './cases.ts';
import { checkLogin, modelOf } from './check-login.ts';
import { CLAIMS } from './claims.ts';
import { applyEdits } from './edits.ts';
import { MUTANTS } from './mutants.ts';
import { readAnswers } from './proverif.ts';

const queries = readdirSync(join(import.meta.dirname, 'queries')).map((file) => file.replace(/\.pv$/, ''));

/** Names of the queries that ProVerif must find true, or must not, in some of the cases. */
function expecting(isTrue: boolean, cases: Readonly<Record<string, Case>>): string[] {
  const all = Object.values(cases).flatMap(({ expect }) => Object.entries(expect));
  return [...new Set(all.filter(([, answer]) => (answer === 'true') === isTrue).map(([query]) => query))].sort();
}

suite('the model of the login, without ProVerif', () => {
  for (const [name, found] of Object.entries(CASES)) {
    test(`what ${name} changes is in the model exactly once, and it says what is expected`, async () => {
      const model = await modelOf(found);
      assert.ok(Object.keys(found.expect).length > 0);
      // A choice asks by itself whether its two sides can be told apart.
      const asked = [...model.matchAll(/^query /gm)].length + (model.includes('choice[') ? 1 : 0);
      assert.equal(asked, Object.keys(found.expect).length, 'one query a file, all of them in the model');
    });
  }

  test('an edit that the model does not hold, or holds twice, is an error', () => {
    assert.equal(applyEdits('let ee in let es in', [{ find: 'ee', replace: '$& es' }]), 'let $& es in let es in');
    assert.throws(() => applyEdits('let ee in', [{ find: 'se', replace: '' }]), /found 0 times/);
    assert.throws(() => applyEdits('let ee in', [{ find: 'e', replace: '' }]), /found 3 times/);
  });

  test('each promise that is claimed is broken by some mutant, and each query is asked', () => {
    assert.deepEqual(expecting(false, MUTANTS), expecting(true, CLAIMS));
    assert.deepEqual(expecting(true, MUTANTS), []);
    assert.deepEqual([...expecting(true, CLAIMS), 'honest-run-cannot-finish'].sort(), queries.sort());
    assert.equal(CLAIMS['honest-run'].expect['honest-run-cannot-finish'], 'false');
  });

  test('only what ProVerif has proved counts as true', () => {
    const printed = [
      '-- Query not attacker(a) in process 1.',
      'RESULT not attacker(a) is true.',
      'RESULT inj-event(A(x)) ==> inj-event(B(x)) is false.',
      'RESULT (even event(A(x)) ==> event(B(x)) is true.)',
      'RESULT event(A(x)) ==> event(B(x)) cannot be proved.',
      'RESULT Observational equivalence cannot be proved (bad not derivable).',
      'Query not attacker(a) is true.',
    ].join('\n');
    assert.deepEqual(readAnswers(printed), ['true', 'false', 'cannot be proved', 'cannot be proved']);
  });

  test('there is no case by another name', async () => {
    await assert.rejects(checkLogin('toString'), /there is no case 'toString'/);
  });
});

suite('the model of the login, by ProVerif', { skip: findProgram('proverif') === undefined ? 'needs proverif' : false }, () => {
  for (const name of ['honest-run', 'identity', 'mutant-channel-key-in-clear']) {
    test(`${name}: ${CASES[name]?.what}`, async () => {
      const { findings } = await checkLogin(name);
      assert.deepEqual(
        findings.map(({ query, found }) => [query, found]),
        findings.map(({ query, expected }) => [query, expected]),
      );
    });
  }
});
