import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEADLINE_MS } from './process.ts';
import { framed, trimmed } from './screen-text.ts';
import { steady } from './steady-screen.ts';

const POLL_MS = 50;
/** A screen that stays the same for so many looks is what a new file gets. */
const LOOKS = 10;

/**
 * Compares a screen with `screens/NAME.txt` beside the test, once what differs from run to run is replaced in it. A function is asked
 * until it gives the right one. `UPDATE_SCREENS=1` writes the file instead: look at it before it is committed.
 */
export async function matchesScreen(
  test: Pick<ImportMeta, 'dirname'>,
  name: string,
  screen: string | (() => Promise<string>),
): Promise<void> {
  const file = join(test.dirname, 'screens', `${name}.txt`);
  const look = async (): Promise<string> => `${trimmed(steady(typeof screen === 'string' ? screen : await screen()))}\n`;
  if ((process.env.UPDATE_SCREENS ?? '') !== '') {
    if ((process.env.CI ?? '') !== '') throw new Error('UPDATE_SCREENS is not for CI: there the screens are what was committed');
    mkdirSync(join(test.dirname, 'screens'), { recursive: true });
    writeFileSync(file, await whenStill(look));
    return;
  }
  const expected = read(file);
  const deadline = performance.now() + (typeof screen === 'string' ? 0 : DEADLINE_MS);
  for (;;) {
    const actual = await look();
    if (actual === expected) return;
    if (performance.now() > deadline) throw new Error(difference(file, expected, actual));
    await delay(POLL_MS);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const how = 'UPDATE_SCREENS=1 npm test -- WORD writes it (WORD: of the path of the test); look at it, then commit it';
    throw new Error(`there is no ${relative(process.cwd(), file)}: ${how}`, { cause });
  }
}

async function whenStill(look: () => Promise<string>): Promise<string> {
  let last = await look();
  for (let same = 1; same < LOOKS; same += 1) {
    await delay(POLL_MS);
    const next = await look();
    if (next !== last) same = 0;
    last = next;
  }
  return last;
}

function difference(file: string, expected: string, actual: string): string {
  const [before, now] = [expected.trimEnd(), actual.trimEnd()];
  const differsFrom = (other: string): ((line: string, index: number) => boolean) => {
    const lines = other.split('\n');
    return (line, index) => line !== lines[index];
  };
  return [
    `the screen is not that of ${relative(process.cwd(), file)}`,
    `expected:\n${framed(before, differsFrom(now))}`,
    `is:\n${framed(now, differsFrom(before))}`,
    'UPDATE_SCREENS=1 takes it as it is.',
  ].join('\n');
}
