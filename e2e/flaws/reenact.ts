/**
 * Shows that each test of a flaw can fail: `npm run flaws [-- NUMBER …]` copies the repository, has one flaw of the system Parley grew from
 * back at a time (old/), and runs the test that answers it, which must fail. First the tests run as they are. Ends with 1 where
 * a test failed that should pass, or passed that should fail.
 */
import { endOnSignals } from '../support/end-on-signals.ts';
import { Copy } from './copy.ts';
import { OLD_BEHAVIOURS } from './old/index.ts';
import type { OldBehaviour } from './old-behaviour.ts';

const ALL = 'answers flaw';
const WRONG_USAGE = 2;

function titleOf(flaw: number): string {
  return `${ALL} ${String(flaw).padStart(2, '0')}:`;
}

/** True: the test fails as it should. */
async function reenact(copy: Copy, behaviour: OldBehaviour): Promise<boolean> {
  const title = titleOf(behaviour.flaw);
  const { passed, output } = await copy.with(behaviour, () => copy.test(title));
  // A copy that cannot be run at all would fail every test.
  const failed = !passed && new RegExp(`^ *not ok \\d+ - ${title}`, 'm').test(output);
  console.log(`${failed ? 'fails, as it should' : 'DOES NOT FAIL'}  ${title} ${behaviour.what}`);
  if (!failed && !passed) console.log(output.split('\n').slice(-40).join('\n'));
  return failed;
}

async function main(typed: readonly string[]): Promise<number> {
  const numbers = typed.map(Number);
  if (numbers.some((number) => !OLD_BEHAVIOURS.some(({ flaw }) => flaw === number))) {
    console.error('npm run flaws [-- NUMBER …], each from 1 to 30; all of them where none is given');
    return WRONG_USAGE;
  }
  const chosen = OLD_BEHAVIOURS.filter(({ flaw }) => numbers.length === 0 || numbers.includes(flaw));
  using copy = new Copy();
  for (const title of numbers.length === 0 ? [ALL] : new Set(numbers.map(titleOf))) {
    const { passed, output } = await copy.test(title);
    if (passed) continue;
    console.error(`as it is, ${title} fails:\n${output}`);
    return 1;
  }
  console.log('as they are, the tests pass');
  let noticed = 0;
  for (const behaviour of chosen) if (await reenact(copy, behaviour)) noticed += 1;
  console.log(`${noticed} of ${chosen.length} old behaviours are noticed`);
  return noticed === chosen.length ? 0 : 1;
}

endOnSignals();
process.exitCode = await main(process.argv.slice(2));
