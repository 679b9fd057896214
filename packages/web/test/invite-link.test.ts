import assert from 'node:assert/strict';
import { afterEach, suite, test } from 'node:test';
import { formatInvite, formatWebInvite, parseInvite, toBase64Url } from '@parley/protocol';
import { addressOfHere, inviteForHere, inviteInAddress } from '../src/device/invite-link.ts';

const INVITE = {
  tls: false,
  host: 'chat.example',
  port: 10_000,
  caPin: new Uint8Array(32).fill(1),
  token: new Uint8Array(16).fill(2),
};

suite('an invite on the page of a server', () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'location');
  });

  test('is there when the address is one', () => {
    beAt(formatWebInvite(INVITE));
    assert.equal(inviteInAddress(), formatWebInvite(INVITE));
    beAt('http://chat.example:10000/');
    assert.equal(inviteInAddress(), undefined);
  });

  test('goes to where the page comes from, whatever port and form it has', () => {
    beAt('https://chat.example/');
    for (const text of [formatInvite(INVITE), formatWebInvite(INVITE), ` ${formatInvite(INVITE)}\n`]) {
      const { tls, host, port, caPin, token } = parseInvite(inviteForHere(text));
      assert.deepEqual({ tls, host, port }, { tls: true, host: 'chat.example', port: 443 }, text);
      assert.deepEqual([caPin, token], [INVITE.caPin, INVITE.token]);
    }
    beAt('http://chat.example/');
    assert.equal(parseInvite(inviteForHere(formatInvite(INVITE))).port, 80);
  });

  test('of another server is refused, and says of which', () => {
    beAt('https://other.example/');
    assert.throws(() => inviteForHere(formatInvite(INVITE)), /for chat\.example, and this page is of other\.example/);
  });

  test('that is none is refused', () => {
    beAt('https://chat.example/');
    for (const text of ['', 'hello', 'https://chat.example/', 'javascript:alert(1)'])
      assert.throws(() => inviteForHere(text), text);
  });

  test('is not needed for a recovery: the address and the pin are', () => {
    beAt('https://chat.example:8443/');
    const { host, port, caPin } = parseInvite(addressOfHere(toBase64Url(INVITE.caPin)));
    assert.deepEqual({ host, port, caPin }, { host: 'chat.example', port: 8443, caPin: INVITE.caPin });
  });

  test('of a server that is known by an address of IPv6 goes there', () => {
    beAt('http://[::1]:10000/');
    const invite = { ...INVITE, host: '::1' };
    assert.equal(parseInvite(inviteForHere(formatWebInvite(invite))).host, '::1');
  });
});

/** The page's own address. */
function beAt(url: string): void {
  Object.defineProperty(globalThis, 'location', { value: new URL(url), configurable: true });
}
