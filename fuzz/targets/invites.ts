import assert from 'node:assert/strict';
import {
  formatInvite,
  formatWebInvite,
  type Invite,
  ParleyError,
  parseInvite,
  phraseFromSeed,
  seedFromPhrase,
  utf8,
} from '@parley/protocol';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { Failure } from '../../packages/cli/src/exit.ts';
import { checkWebUrl } from '../../packages/cli/src/web-url.ts';
import type { Target } from '../engine/target.ts';
import { textOf, textOfParts, tokensOf } from '../support/text.ts';

const INVITE: Invite = {
  tls: false,
  host: 'chat.example',
  port: 10_000,
  caPin: new Uint8Array(32).fill(1),
  token: new Uint8Array(16).fill(2),
};
const FORMS = [INVITE, { ...INVITE, tls: true, host: '::1', port: 443 }, { ...INVITE, host: '127.0.0.1', port: 80 }].flatMap(
  (invite) => [formatInvite(invite), formatWebInvite(invite)],
);
const [PIN, TOKEN] = [/ca=[^&]*/.exec(FORMS[0] as string)?.[0] ?? '', /token=.*/.exec(FORMS[0] as string)?.[0] ?? ''];
const PARTS = [
  'parley',
  'parleys',
  'http',
  'https',
  '://',
  'chat.example',
  '[::1]',
  ':80',
  ':0',
  '/',
  '#',
  'join=1&',
  PIN,
  '&',
  TOKEN,
  '@',
  '?',
];

/** Of both forms, and as `parley join` is given it. */
const invite: Target = {
  name: 'invite',
  decodes: ['parseInvite'],
  refuses: [ParleyError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      const found = parseInvite(text);
      for (const format of [formatInvite, formatWebInvite]) assert.deepEqual(parseInvite(format(found)), found);
      // One spelling, but for what people and browsers do to links.
      const usual = /^parley/i.test(text.trim()) ? formatInvite(found) : formatWebInvite(found);
      assert.equal(text.trim().split('#')[1], usual.split('#')[1]);
    },
    seeds: tokensOf(...FORMS, ` ${FORMS[0]}\n`, (FORMS[0] as string).toUpperCase(), 'constructor://a/#ca=', 'http://a/'),
    tokens: tokensOf(...PARTS),
    structured: fc.oneof(
      textOfParts(PARTS),
      fc
        .tuple(
          fc.constantFrom(...PARTS.slice(0, 4)),
          textOfParts(['chat', '.', '[', '::1', ']', ':', '80']),
          textOfParts(PARTS.slice(11)),
        )
        .map(([scheme, authority, fragment]) => utf8(`${scheme}://${textOf(authority)}/#${textOf(fragment)}`)),
    ),
  }),
};

const PHRASE = phraseFromSeed(new Uint8Array(32).fill(3));

const phrase: Target = {
  name: 'recovery-phrase',
  decodes: ['seedFromPhrase'],
  refuses: [ParleyError],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      const said = phraseFromSeed(seedFromPhrase(text));
      assert.equal(said, text.normalize('NFKD').toLowerCase().split(/\s+/u).filter(Boolean).join(' '));
    },
    seeds: tokensOf(PHRASE, PHRASE.toUpperCase(), ` ${PHRASE.replaceAll(' ', '\n')}`),
    tokens: tokensOf(' ', '\u3000', 'zoo', 'abandon', 'art'),
    structured: fc.array(fc.constantFrom(...wordlist), { minLength: 24, maxLength: 24 }).map((words) => utf8(words.join(' '))),
  }),
};

/** What the operator gives as `--web-url`. */
const webUrl: Target = {
  name: 'web-url',
  decodes: ['checkWebUrl'],
  refuses: [Failure],
  maxLength: 200,
  prepare: () => ({
    run(input) {
      const origin = checkWebUrl(textOf(input), ['chat.example', 'localhost', '::1']);
      assert.equal(new URL(origin).origin, origin);
      assert.ok(
        /^https:\/\/(chat\.example|localhost|\[::1\])(:\d+)?$|^http:\/\/(localhost|\[::1\])(:\d+)?$/.test(origin),
        origin,
      );
    },
    seeds: tokensOf(
      'https://chat.example',
      'http://localhost:8080/',
      'https://[::1]',
      'http://chat.example',
      'https://u:p@chat.example',
    ),
    structured: textOfParts([
      'http',
      'https',
      '://',
      'chat.example',
      'localhost',
      '[::1]',
      ':',
      '80',
      '/',
      'u:p@',
      '?',
      '#',
      '\t',
      '\\',
    ]),
  }),
};

export const targets = [invite, phrase, webUrl];
