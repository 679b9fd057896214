import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { matchesScreen } from '../support/screens.ts';
import { tempFolder } from '../support/world.ts';

const { UPDATE_SCREENS, CI } = process.env;
afterEach(() => setEnvironment(UPDATE_SCREENS, CI));

test('a screen that is as committed passes, whatever differs from run to run', async () => {
  await using place = new Place('12:34 bob: hi\n');
  await matchesScreen(place, 'name', '01:02 bob: hi\n\n');
});

test('one that differs fails, with both and marks where they do', async () => {
  await using place = new Place('one\ntwo\n');
  await assert.rejects(matchesScreen(place, 'name', 'one\n2\nthree'), (error: Error) => {
    assert.match(error.message, /expected:\n {2}\|one\n> \|two\nis:\n {2}\|one\n> \|2\n> \|three\n/);
    return true;
  });
});

test('a screen that comes to be as committed passes', async () => {
  await using place = new Place('right\n');
  const screens = ['wrong', 'still wrong'];
  await matchesScreen(place, 'name', async () => screens.shift() ?? 'right');
});

test('a screen that was never committed fails, and the error says how to write it', async () => {
  await using place = new Place();
  await assert.rejects(matchesScreen(place, 'name', 'x'), /there is no .*screens\/name\.txt: UPDATE_SCREENS=1 npm test/);
});

test('UPDATE_SCREENS=1 writes the screen once it stands still; in CI it is an error', async () => {
  await using place = new Place();
  const screens = ['half', 'half', 'drawn'];
  setEnvironment('1', undefined);
  await matchesScreen(place, 'name', async () => screens.shift() ?? 'drawn at 23:19');
  assert.equal(readFileSync(place.file, 'utf8'), 'drawn at 12:34\n');
  setEnvironment('1', 'true');
  await assert.rejects(matchesScreen(place, 'name', 'x'), /not for CI/);
  assert.equal(readFileSync(place.file, 'utf8'), 'drawn at 12:34\n');
});

/** Where a test might stand, with what was committed there as screen `name`. */
class Place extends AsyncDisposableStack {
  readonly dirname = tempFolder(this);
  readonly file = join(this.dirname, 'screens', 'name.txt');

  constructor(committed?: string) {
    super();
    if (committed === undefined) return;
    mkdirSync(join(this.dirname, 'screens'));
    writeFileSync(this.file, committed);
  }
}

function setEnvironment(update: string | undefined, ci: string | undefined): void {
  for (const [name, value] of Object.entries({ UPDATE_SCREENS: update, CI: ci })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
