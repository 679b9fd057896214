import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkWebUrl, runsWebClient } from '../src/web-url.ts';

const NAMES = ['localhost', '127.0.0.1', '::1', 'chat.example.org'];

describe('--web-url', () => {
  it('is an origin, however it is written', () => {
    const origins = {
      'https://chat.example.org': 'https://chat.example.org',
      'HTTPS://Chat.Example.ORG:443/': 'https://chat.example.org',
      'https://chat.example.org:8443': 'https://chat.example.org:8443',
      'http://localhost:8080': 'http://localhost:8080',
      'http://127.0.0.1': 'http://127.0.0.1',
      'http://[::1]:8080/': 'http://[::1]:8080',
    };
    for (const [text, origin] of Object.entries(origins)) assert.equal(checkWebUrl(text, NAMES), origin);
  });

  const refused = {
    'something that is no URL': 'chat.example.org',
    'a URL without a host': 'https://',
    'a path': 'https://chat.example.org/chat',
    'a query': 'https://chat.example.org/?a',
    'an empty query': 'https://chat.example.org/?',
    'a fragment': 'https://chat.example.org/#join=1',
    credentials: 'https://alice:secret@chat.example.org',
    'plain HTTP elsewhere': 'http://chat.example.org',
    'another scheme': 'parleys://chat.example.org',
    'a scheme that runs code': 'javascript:alert(1)',
    'a name that no server can have': 'https://chat.example.org.',
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => checkWebUrl(text, NAMES), { exitCode: 2, message: /^--web-url is https:/ });
    });
  }

  it('refuses a name that is not one of the server, and says how to make it one', () => {
    assert.throws(() => checkWebUrl('https://other.example', NAMES), { exitCode: 2, message: /add --name other\.example$/ });
  });
});

describe('the web client', () => {
  it('runs over TLS and on the machine itself', () => {
    for (const link of [
      'https://a.example/',
      'http://localhost:1/#join=1',
      'http://x.localhost/',
      'http://127.9.9.9/',
      'http://[::1]/',
    ])
      assert.equal(runsWebClient(link), true, link);
  });

  it('does not run over plain HTTP from elsewhere', () => {
    for (const link of ['http://a.example/', 'http://192.0.2.1/', 'http://notlocalhost/', 'http://127.example/', 'http://[::2]/'])
      assert.equal(runsWebClient(link), false, link);
  });
});
