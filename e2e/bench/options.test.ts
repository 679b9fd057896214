import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { helpText } from '../../bench/support/help.ts';
import {
  file,
  flag,
  number,
  numbers,
  type Options,
  oneOf,
  parseOptions,
  someOf,
  UsageError,
} from '../../bench/support/options.ts';

const OPTIONS = {
  pairs: numbers('pairs of clients', [20], { min: 1, max: 100 }),
  seconds: number('measured', 4, { min: 0.1, max: 60, isFractional: true }),
  only: someOf('servers', ['parley', 'prosody'], ['parley', 'prosody']),
  pattern: oneOf('who talks', 'one-way', ['one-way', 'ping-pong']),
  pinned: flag('on one processor'),
  svg: file('a picture'),
};

function refuses(argumentList: readonly string[], message: RegExp, options: Options = OPTIONS): void {
  assert.throws(
    () => parseOptions(options, argumentList),
    (error: unknown) => error instanceof UsageError && message.test(error.message),
  );
}

describe('the options of a benchmark', () => {
  it('are the defaults where nothing is said', () => {
    const expected = { pairs: [20], seconds: 4, only: ['parley', 'prosody'], pattern: 'one-way', pinned: false, svg: undefined };
    assert.deepEqual(parseOptions(OPTIONS, []), expected);
  });

  it('are taken as words and with an equals sign', () => {
    const typed = [
      '--pairs',
      '1,20,100',
      '--seconds=0.5',
      '--only',
      'prosody',
      '--pattern',
      'ping-pong',
      '--pinned',
      '--svg',
      'a.svg',
    ];
    const expected = { pairs: [1, 20, 100], seconds: 0.5, only: ['prosody'], pattern: 'ping-pong', pinned: true, svg: 'a.svg' };
    assert.deepEqual(parseOptions(OPTIONS, typed), expected);
  });

  it('refuse a name that there is none of', () =>
    refuses(['--pears', '3'], /^there is no option --pears: --help lists the options$/));
  it('refuse a name of every object', () => refuses(['--constructor'], /^there is no option --constructor/));
  it('refuse words that belong to nothing', () => refuses(['20'], /^'20' belongs to no option/));
  it('refuse to end', () => refuses(['--', '--pairs'], /^'--' stands before nothing/));
  it('refuse what is no number', () => refuses(['--pairs', '1,x'], /^--pairs takes a whole number from 1 to 100, not '1,x'$/));
  it('refuse an empty number', () => refuses(['--pairs', '1,'], /^--pairs takes a whole number/));
  it('refuse a fraction of what is counted', () => refuses(['--pairs', '1.5'], /^--pairs takes a whole number/));
  it('refuse too little', () => refuses(['--seconds', '0'], /^--seconds takes a number from 0.1 to 60, not '0'$/));
  it('refuse too much', () => refuses(['--pairs', '101'], /^--pairs takes a whole number from 1 to 100/));
  it('refuse an unknown name', () =>
    refuses(['--only', 'parley,irc'], /^--only takes one of parley, prosody, not 'parley,irc'$/));
  it('refuse a missing value', () => refuses(['--pairs'], /^--pairs needs a value: --pairs 20$/));
  it('refuse an option for a value', () => refuses(['--pairs', '--pinned'], /^--pairs needs a value/));
  it('refuse a value for a flag', () => refuses(['--pinned=no'], /^--pinned takes no value: leave '=no' out$/));

  it('stand in the help, each with its default', () => {
    const lines = helpText('relay', { what: 'Relay', notes: 'Notes.', options: OPTIONS }).split('\n');
    const words = lines.map((line) => line.replaceAll(/ +/g, ' ').trim());
    assert.equal(lines[0], 'npm run bench -- relay [options]');
    assert.ok(words.includes('--pairs N,… pairs of clients (default: 20)'));
    assert.ok(words.includes('--pattern NAME who talks: one-way, ping-pong (default: one-way)'));
    assert.ok(words.includes('--pinned on one processor'));
    for (const line of lines) assert.ok(line.length <= 100, line);
  });
});
