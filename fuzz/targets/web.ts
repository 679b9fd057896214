import assert from 'node:assert/strict';
import { partsOf } from '../../packages/web/src/chat/links.ts';
import type { Target } from '../engine/target.ts';
import { textOf, textOfParts, tokensOf } from '../support/text.ts';

/** A message as the web client shows it: nothing of it is lost, and what can be clicked leads where it says. */
const links: Target = {
  name: 'web-links',
  decodes: ['partsOf'],
  refuses: [],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      const parts = partsOf(text);
      assert.equal(parts.map((part) => part.text).join(''), text);
      for (const { text: shown, href } of parts) {
        if (href === undefined) continue;
        const url = new URL(href);
        assert.ok(url.protocol === 'https:' || url.protocol === 'http:');
        assert.equal(url.username + url.password, '');
        assert.match(shown, /^https?:\/\//i);
        assert.equal(new URL(shown).href, href);
      }
    },
    seeds: tokensOf(
      'see https://a.example/x(y).',
      'http://u:p@b.example',
      'javascript:alert(1) https://[::1]:1/',
      '(http://a)!',
      'HTTPS://a.b',
    ),
    tokens: tokensOf('http://', 'https://', '@', '(', ')', '.', '\u202e', '"', '<', 'javascript:', ':', '//'),
    structured: textOfParts([
      'http://',
      'https://',
      'a.example',
      '/x',
      '(',
      ')',
      '.',
      '@',
      'u:p@',
      ' ',
      '\u202e',
      '#',
      '?q=',
      ':8080',
      '[::1]',
      '\\',
    ]),
  }),
};

export const targets = [links];
