/**
 * Runs every test of the repository: `node scripts/test.ts [word …]` (only files whose path holds one of the words).
 * Prints what node's spec reporter prints, with its totals, then what was skipped and why. With CI=true a test skipped because a
 * program is not installed is a failure: there scripts/setup-test-machine.ts has seen to what the tests need.
 */
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { compose } from 'node:stream';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const FILE_TIMEOUT_MS = 10 * 60_000;
/** Most files of tests wait for processes that they have started: one more than there are processors keeps those busy. */
const FILES_AT_ONCE = Math.min(availableParallelism() + 1, 4);
/** How the reason of such a skip reads (unlessInstalled in e2e/support/programs.ts). */
const FOR_WANT_OF_A_PROGRAM = /which is not installed/;
const root = resolve(import.meta.dirname, '..');
const words = process.argv.slice(2);

const files = globSync(['{packages/*/test,e2e,fuzz,models}/**/*.test.ts'], { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  .map((file) => resolve(root, file));

if (files.length === 0) {
  console.error('no test file matches');
  process.exit(1);
}

const skipped: string[] = [];
let skippedForWant = 0;
let failed = false;
let executed = 0;

const events = run({
  files,
  cwd: root,
  concurrency: FILES_AT_ONCE,
  timeout: FILE_TIMEOUT_MS,
});
events.on('test:fail', () => {
  failed = true;
});
events.on('test:pass', (test) => {
  if (test.skip !== undefined && test.skip !== false) {
    const reason = typeof test.skip === 'string' && test.skip !== '' ? test.skip : 'no reason given';
    if (FOR_WANT_OF_A_PROGRAM.test(reason)) skippedForWant += 1;
    skipped.push(`${relative(root, test.file ?? '')}: ${test.name}\n    ${reason}`);
  } else {
    executed += 1;
  }
});

const report = compose(events, new spec());
report.pipe(process.stdout);
report.on('end', () => {
  if (skipped.length > 0) {
    console.log(`\nSkipped, and why:\n${skipped.map((line) => `- ${line}`).join('\n')}`);
  }
  const skipsCount = process.env.CI === 'true' && skippedForWant > 0;
  if (skipsCount) {
    console.log(
      '\nCI=true: a test that was skipped for want of a program is a failure. Before `npm test`, scripts/setup-test-machine.ts says why.',
    );
  }
  if (executed === 0) {
    console.log('\nNo test was executed.');
  }
  process.exitCode = failed || skipsCount || executed === 0 ? 1 : 0;
});
