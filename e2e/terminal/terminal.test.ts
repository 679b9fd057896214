import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';

const skip = unlessInstalled('tmux');

test('what is typed is seen, and the exit status of the program', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['sh', '-c', 'read line; echo "<$line>"; exit 3'] });
  await terminal.type('it\'s "él 漢字 👋;');
  await terminal.key('Enter');
  assert.equal(await terminal.shows(/<.*>/), 'it\'s "él 漢字 👋;\n<it\'s "él 漢字 👋;>');
  assert.equal(await terminal.ended(), 3);
});

test('a signal that ends the program is told', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['sh', '-c', 'kill -9 $$'] });
  assert.equal(await terminal.ended(), '9');
});

test('the program has the size that was asked for, and is told of a new one', { skip }, async () => {
  const script = 'trap "stty size" WINCH; stty size; while :; do sleep 0.1; done';
  await using terminal = await Terminal.start({ command: ['sh', '-c', script], columns: 43, rows: 7 });
  await terminal.shows(/^7 43$/m);
  await terminal.resize(161, 50);
  await terminal.shows(/^50 161$/m);
});

test('only what was asked for is in the environment beside PATH and its like', { skip }, async () => {
  const env = { TERM: 'xterm-256color', NO_COLOR: '1' };
  await using terminal = await Terminal.start({ command: ['sh', '-c', 'env; echo that is all'], env, columns: 1_000, rows: 60 });
  const names = (await terminal.shows(/that is all/)).split('\n').map((line) => line.split('=')[0] ?? '');
  for (const name of ['PATH', 'TERM', 'NO_COLOR', 'TMUX']) assert.ok(names.includes(name), name);
  for (const name of ['CI', 'NODE_TEST_CONTEXT', 'FORCE_COLOR', 'COLORTERM']) assert.ok(!names.includes(name), name);
  assert.match(await terminal.screen(), /^TERM=xterm-256color$/m);
});

test('what scrolled away is kept, and lines that were wrapped can be joined', { skip }, async () => {
  await using terminal = await Terminal.start({
    command: ['sh', '-c', 'seq 1 100; seq -s - 1 30'],
    columns: 40,
    rows: 10,
  });
  await terminal.ended();
  assert.doesNotMatch(await terminal.screen(), /^90$/m);
  assert.match(await terminal.scrollback(), /^1\n2\n3\n/);
  const joined = Array.from({ length: 30 }, (_, index) => index + 1).join('-');
  assert.ok(!(await terminal.scrollback()).includes(joined));
  assert.ok((await terminal.scrollback({ joined: true })).endsWith(`\n100\n${joined}`));
});

test('title, clipboard, bell, cursor, style and modes are told', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['sh', '-c', 'read -r line; printf "$line"; read line'] });
  const before = await terminal.state();
  assert.equal(before.clipboard, undefined);
  await terminal.type('\\033]2;my title\\007\\033]52;c;aGVsbG8=\\007\\007\\033[?1049h\\033[2J\\033[3;5H\\033[1mbold\\033[?25l');
  await terminal.key('Enter');
  await terminal.shows(/^\n\n {4}bold$/);
  assert.equal(await terminal.title(), 'my title');
  assert.equal(await terminal.clipboard(), 'hello');
  assert.equal(await terminal.isAlternateScreen(), true);
  assert.deepEqual(await terminal.cursor(), { column: 8, row: 2, isVisible: false });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what styles it
  assert.match(await terminal.styled(), /\u001b\[1mbold/);
  await terminal.until('the bell to ring', async () => (await terminal.bells()) === 1);
  assert.notDeepEqual((await terminal.state()).modes, before.modes);
});

test('in a shell Ctrl+Z stops the program, fg goes on with it, and the end leaves a terminal that echoes', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['cat'], shell: true });
  const initial = await terminal.lineDiscipline();
  assert.deepEqual(initial, { lines: true, echo: true, signals: true, enterEndsLine: true });
  await terminal.type('one');
  await terminal.key('Enter');
  await terminal.shows(/^one\none$/m);
  await terminal.key('C-z');
  await terminal.shows(/Stopped[\s\S]*\n\$$/);
  await terminal.type('fg');
  await terminal.key('Enter');
  await terminal.shows(/fg\n.*cat.*$/);
  await terminal.type('two');
  await terminal.key('Enter', 'C-d');
  await terminal.shows(/^two\ntwo\n\$$/m);
  assert.deepEqual(await terminal.lineDiscipline(), initial);
  await terminal.type('exit 4');
  await terminal.key('Enter');
  assert.equal(await terminal.ended(), 4);
});

test('what is not shown is an error that has the screen; at once, where the program has ended', { skip }, async () => {
  await using terminal = await Terminal.start({ command: ['echo', 'something else'] });
  await assert.rejects(
    terminal.shows(/awaited/),
    /has ended; waited for the screen to match \/awaited\/; [\s\S]*\|something else/,
  );
  await terminal.showsNot(/awaited/);
});
