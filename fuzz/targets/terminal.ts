import assert from 'node:assert/strict';
import { concat } from '@parley/protocol';
import fc from 'fast-check';
import { fit, graphemes, pad, widthOf } from '../../packages/cli/src/chat/screen/width.ts';
import { wrap } from '../../packages/cli/src/chat/screen/wrap.ts';
import { BadCommand, parseScriptCommand } from '../../packages/cli/src/chat/script-commands.ts';
import { parseTypedLine } from '../../packages/cli/src/chat/typed-line.ts';
import { jsonLine, neutralize, neutralizeLines } from '../../packages/cli/src/sanitize.ts';
import { partsOf } from '../../packages/web/src/chat/links.ts';
import { type Target, take } from '../engine/target.ts';
import { textOf, textOfParts, tokensOf } from '../support/text.ts';

/** What may not reach a terminal: it would move the cursor, change the terminal, reorder or hide text. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0001}]/u;
/** Tags stand in the flags of three countries only. */
const HIDDEN_TAGS = /(?<!\u{1f3f4}[\u{e0061}-\u{e007a}]*)[\u{e0000}-\u{e007f}]/u;
/** Joiners stay as they are: scripts need them. */
const HARMLESS_JSON = /^(?:[\u200c\u200d]|[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}])*$/u;
const PILED = /\p{M}{9}/u;

const HOSTILE = [
  '\u001b[31m',
  '\u001b]0;t\u0007',
  '\u009b31m',
  '\r',
  '\n',
  '\u0085',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\u{e0041}',
  '\u00ad',
  '\ud800',
  '\udc00',
  '\u200d',
  '\u200c',
  '\ufe0f',
  '\u034f',
  '\u115f',
  '\u1160',
  '\u2800',
  '\u2801',
  '\u0301',
  '\u0301'.repeat(9),
  '👩',
  '🏴',
  '\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  'a',
  ' ',
  '漢',
  '\u0627',
  '\t',
];

const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));

/** Text of anybody else, as units of UTF-16: halves of pairs too. */
const sanitizer: Target = {
  name: 'terminal-text',
  decodes: ['neutralize', 'neutralizeLines', 'jsonLine'],
  refuses: [],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      const text = Buffer.from(input).toString('utf16le');
      const lines = [neutralize(text), ...neutralizeLines(text)];
      for (const line of lines) {
        assert.doesNotMatch(line, FORBIDDEN);
        assert.doesNotMatch(line, HIDDEN_TAGS);
        assert.doesNotMatch(line, PILED);
      }
      const [whole = ''] = lines;
      assert.equal(neutralize(whole), whole, 'what is harmless stays as it is');
      const json = jsonLine({ text });
      assert.match(json, HARMLESS_JSON);
      assert.equal((JSON.parse(json) as { text: string }).text, text);
    },
    seeds: [...HOSTILE.map(utf16), utf16(HOSTILE.join('')), utf16(HOSTILE.join('a'))],
    tokens: HOSTILE.map(utf16),
    structured: fc.array(fc.constantFrom(...HOSTILE), { maxLength: 16 }).map((parts) => utf16(parts.join(''))),
  }),
};

/** columns u8 | text: what is shown never takes more columns than there are. */
const layout: Target = {
  name: 'terminal-layout',
  decodes: ['graphemes', 'wrap'],
  refuses: [],
  maxLength: 300,
  quickRuns: 1_000,
  prepare: () => ({
    run(input) {
      const columns = 1 + ((input[0] ?? 0) % 40);
      const text = neutralize(textOf(input.subarray(1)));
      assert.equal(
        graphemes(text)
          .map((grapheme) => grapheme.text)
          .join(''),
        text,
      );
      const widest = Math.max(columns, ...graphemes(text).map(({ width }) => width));
      const lines = wrap(text, columns);
      for (const line of lines) assert.ok(widthOf(line) <= widest, JSON.stringify([line, columns]));
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      assert.ok(widthOf(fit(text, columns)) <= columns);
      assert.equal(widthOf(pad(text, columns)), columns);
    },
    seeds: tokensOf('\u0005hello world', '\u0003漢字漢字', '\u0001👩‍👩‍👧', `\u0008${HOSTILE.join('x ')}`),
    structured: fc.tuple(fc.nat(40), textOfParts(HOSTILE)).map(([columns, text]) => concat(Uint8Array.of(columns), text)),
  }),
};

const MOST_TEXT = 32 * 1_024;

/** columns u8 | what the longest message is made of, again and again: nothing that shows it may take more than linear time. */
const long: Target = {
  name: 'long-text',
  decodes: ['neutralizeLines', 'jsonLine', 'wrap', 'partsOf', 'parseTypedLine'],
  refuses: [],
  maxLength: 24,
  quickRuns: 20,
  prepare: () => ({
    run(input) {
      const unit = textOf(input.subarray(1));
      const text = unit.repeat(Math.ceil(MOST_TEXT / Math.max(1, unit.length)));
      const columns = 1 + ((input[0] ?? 0) % 200);
      for (const line of neutralizeLines(text)) wrap(line, columns);
      assert.ok(jsonLine({ text }).length >= text.length);
      assert.equal(
        partsOf(text)
          .map((part) => part.text)
          .join(''),
        text,
      );
      parseTypedLine(text);
    },
    seeds: tokensOf('\u0050ā\n', '\u0002ā\n\n', '\u0050👩‍', '\u0050http://a(', '\u0050a '),
    structured: fc
      .tuple(fc.nat(200), textOfParts([...HOSTILE, 'http://a', '(', '/msg ']))
      .map(([columns, text]) => concat(Uint8Array.of(columns), text.subarray(0, 23))),
  }),
};

const scriptCommand: Target = {
  name: 'script-command',
  decodes: ['parseScriptCommand'],
  refuses: [BadCommand],
  maxLength: 300,
  prepare: () => ({
    run(input) {
      const command = parseScriptCommand(textOf(input));
      assert.ok(Object.entries(command).every(([, value]) => typeof value === 'string'));
      assert.deepEqual(parseScriptCommand(JSON.stringify(command)), command);
    },
    seeds: tokensOf(
      '{"do":"list"}',
      '{"do":"send","to":"bob","text":"hi","id":"1"}',
      '{"do":"__proto__"}',
      '[]',
      'null',
      '{"do":"delete","id":7}',
    ),
    tokens: tokensOf('"do":', '"request"', '"user":', '"send"', '"toString"', 'null', '{', '}', '\\ud800', '1e999'),
    structured: fc
      .record({
        do: fc.constantFrom('list', 'quit', 'request', 'accept', 'send', 'delete', 'constructor', '', 1, null),
        user: fc.option(fc.string(), { nil: undefined }),
        to: fc.anything({ maxDepth: 1 }),
        text: fc.string({ unit: 'binary' }),
        id: fc.option(fc.string(), { nil: undefined }),
      })
      .map((command) =>
        Buffer.from(JSON.stringify(command, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))),
      )
      .map((bytes) => new Uint8Array(bytes)),
  }),
};

const typedLine: Target = {
  name: 'typed-line',
  decodes: ['parseTypedLine'],
  refuses: [],
  maxLength: 300,
  prepare: () => ({
    run(input) {
      const line = textOf(input);
      const meant = parseTypedLine(line);
      if (meant.kind === 'text') assert.ok(line.endsWith(meant.text) && meant.text !== '');
      take(meant.kind !== 'mistake');
    },
    seeds: tokensOf('hello', '/list', '!msg bob hi there', '//path', '/request', '/search a b', '/nothing', ' '),
    structured: textOfParts(['/', '!', 'list', 'request', 'msg', 'search', 'export', ' ', '\t', 'bob', '\n', '//']),
  }),
};

export const targets = [sanitizer, layout, long, scriptCommand, typedLine];
