import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { ipAddressBytes, isDnsName, isHost, isUsername, ParleyError, parseUsername } from '@parley/protocol';
import { formatAccount, parseAccount } from '../../packages/cli/src/accounts.ts';
import { addressGroup } from '../../packages/server/src/transport/address.ts';
import { type Target, take } from '../engine/target.ts';
import { textOf, textOfParts, tokensOf } from '../support/text.ts';

const username: Target = {
  name: 'username',
  decodes: ['parseUsername'],
  refuses: [ParleyError],
  maxLength: 60,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      assert.equal(parseUsername(text), text);
      assert.ok(text.length >= 2 && text.length <= 32 && /^[a-z0-9._-]+$/.test(text) && !/^[._-]|[._-]$/.test(text));
    },
    seeds: tokensOf('alice', 'a.b-c_9', 'A1', 'a\n', '-a', 'a'.repeat(32), 'a'.repeat(33)),
    structured: textOfParts(['a', 'b9', '.', '_', '-', 'A', '\n', 'é', 'abcdefgh']),
  }),
};

const ADDRESSES = [
  '::',
  '::1',
  '1::',
  '2001:db8::ff00:42:8329',
  '1:2:3:4:5:6:7:8',
  '127.0.0.1',
  '255.255.255.255',
  '01.2.3.4',
  '1.2.3',
];

/** As Node reads addresses and URLs read names. */
const host: Target = {
  name: 'host',
  decodes: ['isHost', 'isDnsName', 'ipAddressBytes'],
  refuses: [],
  maxLength: 300,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      const bytes = ipAddressBytes(text);
      // An IPv4 address within an IPv6 one, and zones, are no names of servers.
      const isUsual = isIP(text) !== 0 && !(text.includes(':') && /[.%]/.test(text));
      assert.equal(bytes !== undefined, isUsual, JSON.stringify(text));
      assert.equal(isHost(text), bytes !== undefined || isDnsName(text));
      if (isDnsName(text)) assert.equal(new URL(`http://${text}/`).hostname, text);
      else take(bytes);
    },
    seeds: tokensOf(
      ...ADDRESSES,
      'localhost',
      'chat.example.org',
      'xn--bcher-kva.example',
      'a_b.c',
      '1.2.3.4.5',
      `${'a.'.repeat(126)}b`,
    ),
    tokens: tokensOf('.', ':', '::', '0', '255', '256', 'ffff', '-', 'xn--'),
    structured: textOfParts(['a', 'b-c', '_x', '0', '1', '255', '256', 'ffff', '.', ':', '::', '-', 'A'], ['', '.', ':']),
  }),
};

/** The address of a socket, as a limit counts it. */
const address: Target = {
  name: 'address-group',
  decodes: ['addressGroup'],
  refuses: [],
  maxLength: 60,
  prepare: () => ({
    run(input) {
      const text = textOf(input);
      const group = addressGroup(text);
      if (isIP(text) === 6 && !text.startsWith('::ffff:'))
        assert.equal(isIP(group.replace('/64', '')), 6, JSON.stringify([text, group]));
      take(isIP(text) !== 0);
    },
    seeds: tokensOf(...ADDRESSES, '::ffff:1.2.3.4', 'fe80::1%eth0'),
    structured: textOfParts(['0', '1', 'ffff', ':', '::', '.', '1.2.3.4', '%eth0', '::ffff:'], ['', ':']),
  }),
};

const account: Target = {
  name: 'account',
  decodes: ['parseAccount'],
  refuses: [],
  maxLength: 300,
  prepare: () => ({
    run(input) {
      const found = take(parseAccount(textOf(input)));
      assert.ok(isUsername(found.user) && isHost(found.host) && found.port >= 1 && found.port <= 65_535);
      assert.deepEqual(parseAccount(formatAccount(found)), found);
    },
    seeds: tokensOf('alice@localhost:10000', 'bob@[::1]:1', 'carol@chat.example', 'a1@127.0.0.1:65535'),
    structured: textOfParts(['alice', '@', 'localhost', 'chat.example', '[::1]', '[', ']', '::1', ':', '10000', '65536', '0']),
  }),
};

export const targets = [username, host, address, account];
