import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, test } from 'node:test';
import {
  DEFAULT_PORT,
  FRAMES_BURST,
  FRAMES_PER_SECOND,
  HANDSHAKES_PER_SECOND_PER_ADDRESS,
  INVITE_LIFETIME_MS,
  INVITE_USES,
  MAILBOX_LIFETIME_MS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_ADDRESS,
  MAX_MAILBOX_BYTES,
} from '@parley/protocol';
import { run, temporaryFolder } from './support/processes.ts';

const INVITE = `parley://localhost:1/#ca=${'A'.repeat(43)}&token=${'A'.repeat(22)}`;

describe('help', () => {
  for (const command of [
    [],
    ['serve'],
    ['invite'],
    ['user'],
    ['user', 'list'],
    ['join'],
    ['chat'],
    ['send'],
    ['listen'],
    ['devices'],
    ['verify'],
    ['export'],
    ['passphrase'],
  ]) {
    it(`is printed by ${['parley', ...command].join(' ')} --help`, async (t) => {
      const { code, stdout, stderr } = await run(t, [...command, '--help']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.ok(stdout.startsWith(`Usage: ${['parley', ...command].join(' ')} `), stdout);
    });
  }
});

describe('help says what is taken where an option is left out', () => {
  const defaults = {
    'the port': ['serve', '--port <number>', DEFAULT_PORT],
    connections: ['serve', '--max-connections <number>', MAX_CONNECTIONS],
    'connections of one address': ['serve', '--max-connections-per-address <number>', MAX_CONNECTIONS_PER_ADDRESS],
    handshakes: ['serve', '--handshakes-per-second <number>', HANDSHAKES_PER_SECOND_PER_ADDRESS],
    frames: ['serve', '--frames-per-second <number>', FRAMES_PER_SECOND],
    'the size of a mailbox': ['serve', '--mailbox-bytes <number>', MAX_MAILBOX_BYTES],
    'the age of a mailbox': ['serve', '--mailbox-days <number>', MAILBOX_LIFETIME_MS / 86_400_000],
    'how many may join': ['invite', '--uses <number>', INVITE_USES],
    'for how many days': ['invite', '--expires <days>', INVITE_LIFETIME_MS / 86_400_000],
  } as const;
  for (const [name, [command, option, value]] of Object.entries(defaults)) {
    it(name, async (t) => {
      const { stdout } = await run(t, [command, '--help']);
      const text = stdout.replaceAll(/\s+/g, ' ');
      assert.equal(/\(default: (\d+)\)/.exec(text.slice(text.indexOf(option)))?.[1], String(value), stdout);
    });
  }
});

test('a burst is twice what a connection may sustain', () => {
  assert.equal(FRAMES_BURST, 2 * FRAMES_PER_SECOND);
});

describe('wrong usage ends with 2 and one line that says what to do', () => {
  const cases: Readonly<Record<string, { args: string[]; says: RegExp }>> = {
    'an unknown command': { args: ['fly'], says: /unknown command 'fly'.*parley --help/ },
    'an unknown option': { args: ['serve', '--fly'], says: /unknown option.*parley serve --help/ },
    'an unknown command below user': { args: ['user', 'fly'], says: /unknown command.*parley user --help/ },
    'a missing argument': { args: ['join', INVITE], says: /missing required argument 'name'/ },
    'an argument too many': { args: ['chat', 'a', 'b'], says: /too many arguments/ },
    'a port that is none': { args: ['serve', '--port', '65536'], says: /from 0 to 65535/ },
    'no connections': { args: ['serve', '--max-connections', '0'], says: /from 1 to 1000000/ },
    'connections that are no number': { args: ['serve', '--max-connections-per-address', 'many'], says: /from 1 to 1000000/ },
    'half a handshake': { args: ['serve', '--handshakes-per-second', '0.5'], says: /from 1 to 100000/ },
    'frames below nothing': { args: ['serve', '--frames-per-second=-1'], says: /from 1 to 1000000/ },
    'a mailbox too small for one message': { args: ['serve', '--mailbox-bytes', '1000'], says: /from 1048576/ },
    'a mailbox for no time': { args: ['serve', '--mailbox-days', '0'], says: /from 1 to 3650/ },
    'a name that is none': { args: ['serve', '--name', 'a b'], says: /DNS name/ },
    'half of TLS': { args: ['serve', '--tls-key', 'x'], says: /both/ },
    'TLS files that are not there': { args: ['serve', '--tls-key', '/none', '--tls-cert', '/none'], says: /cannot read/ },
    'an invite for nobody': { args: ['invite', '--uses', '0'], says: /from 1/ },
    'a folder without a server': { args: ['invite', '--data', '/none'], says: /no folder of a server/ },
    'a folder without a server for user list': { args: ['user', 'list', '--data', '/none'], says: /no folder of a server/ },
    'an invite that is none': { args: ['join', 'hello', 'alice'], says: /not an invite/ },
    'an invite that was cut': { args: ['join', INVITE.slice(0, -30), 'alice'], says: /lacks token=… .*: copy it again/ },
    'a name that is a path': { args: ['join', INVITE, '../alice'], says: /a name is/ },
    'no passphrase and no terminal': { args: ['join', INVITE, 'alice'], says: /--passphrase-file.*PARLEY_PASSPHRASE/ },
    'a passphrase file that is not there': {
      args: ['join', INVITE, 'alice', '--passphrase-file', '/none'],
      says: /cannot read the file with the passphrase/,
    },
    'a chat without an account': { args: ['chat', '--data', '/none'], says: /parley join/ },
    'an export without an account': { args: ['export', '--data', '/none'], says: /parley join/ },
    'a message from no account': { args: ['send', 'bob', 'hi', '--data', '/none'], says: /parley join/ },
    'a message to nobody': { args: ['send'], says: /missing required argument 'user'/ },
    'ears without an account': { args: ['listen', '--data', '/none'], says: /parley join/ },
    'devices of no account': { args: ['devices', '--data', '/none'], says: /parley join/ },
    'a safety number with nobody': { args: ['verify'], says: /missing required argument 'user'/ },
    'a safety number of no account': { args: ['verify', 'bob', '--data', '/none'], says: /parley join/ },
    'a passphrase for no account': { args: ['passphrase', '--data', '/none'], says: /parley join/ },
    'a chat with an account that is none': { args: ['chat', 'alice@', '--data', '/none'], says: /NAME@HOST:PORT/ },
  };
  for (const [name, { args, says }] of Object.entries(cases)) {
    it(name, async (t) => {
      const { code, stdout, stderr } = await run(t, args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, says);
      assert.match(stderr, /^parley: [^\n]*\n$/);
    });
  }

  it('an empty passphrase file', async (t) => {
    const file = join(await temporaryFolder(t), 'passphrase');
    await writeFile(file, '\n');
    const { code, stderr } = await run(t, ['join', INVITE, 'alice', '--passphrase-file', file]);
    assert.equal(code, 2);
    assert.match(stderr, /empty/);
  });

  it('no command at all, with the help', async (t) => {
    const { code, stdout, stderr } = await run(t, []);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^Usage: parley/);
  });

  it('repeats nothing of an argument that could change the terminal', async (t) => {
    const { stderr } = await run(t, ['\u001b[31mfly\u202e']);
    assert.match(stderr, /^parley: [^\p{Cc}\p{Cf}]*\n$/u);
  });
});
