import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures, Harness } from './harness.ts';

/** The quick version of a harness as a test, whose name says what must hold. */
export function quickly<F extends Figures>(name: string, harness: Harness<F>): void {
  test(name, { skip: harness.unless?.() ?? false }, async (t) => {
    const { counts, problems } = await harness.run(harness.quick, () => {});
    assert.deepEqual(problems, []);
    t.diagnostic(JSON.stringify(counts));
  });
}
