import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseInvite } from '@parley/protocol';
import { jsonLines, run, runWithPassphrase, start, startServer, stop, temporaryFolder } from './support/processes.ts';

describe('parley serve', () => {
  it('prints one line about where it listens and, on a first start, one with an invite', async (t) => {
    const data = join(await temporaryFolder(t), 'data');
    const args = ['serve', '--data', data, '--host', '127.0.0.1', '--port', '0', '--name', 'localhost', '127.0.0.1', '--json'];
    const first = start(t, args);
    const [listening, invite] = await jsonLines(first, 2);
    assert.deepEqual(Object.keys(listening!), ['event', 'host', 'port', 'ca']);
    assert.deepEqual(Object.keys(invite!), ['event', 'url', 'web']);
    assert.deepEqual([listening!.event, invite!.event, listening!.host], ['listening', 'invite', '127.0.0.1']);
    const link = parseInvite(String(invite!.url));
    assert.deepEqual([link.host, link.port], ['localhost', listening!.port]);
    assert.ok(String(invite!.url).includes(`ca=${listening!.ca}`));
    assert.deepEqual(parseInvite(String(invite!.web)), link);
    assert.equal((await stat(data)).mode & 0o777, 0o700);
    assert.equal(await stop(first, 'SIGTERM'), 0);

    const second = start(t, args);
    const lines = jsonLines(second, 2);
    await new Promise((done) => second.stdout.once('data', done));
    assert.equal(await stop(second, 'SIGINT'), 0);
    assert.deepEqual(
      (await lines).map(({ event, ca }) => [event, ca]),
      [['listening', listening!.ca]],
    );
  });

  it('says in words what a person needs', async (t) => {
    const data = join(await temporaryFolder(t), 'data');
    const child = start(t, ['serve', '--data', data, '--host', '127.0.0.1', '--port', '0']);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      output += part;
      if (output.includes('Ctrl+C')) child.kill('SIGTERM');
    });
    const [code] = await new Promise<[number | null]>((done) => child.once('close', (status) => done([status])));
    assert.equal(code, 0);
    assert.match(output, /listens on 127\.0\.0\.1:\d+/);
    assert.match(output, /fingerprint.*[0-9a-f]{4} /);
    assert.match(output, /npx parley join 'parley:\/\/localhost:\d+\/#ca=/);
    assert.match(output, /http:\/\/localhost:\d+\/#join=/);
  });

  it('says in one line that its port is in use', async (t) => {
    const server = await startServer(t);
    const other = await temporaryFolder(t);
    const args = ['serve', '--data', other, '--host', '127.0.0.1', '--port', String(server.port)];
    const { code, stdout, stderr } = await run(t, args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^parley: port \d+ is in use.*--port\n$/);

    // It was no first start yet: the next one is, and prints the invite.
    const next = start(t, ['serve', '--data', other, '--host', '127.0.0.1', '--port', '0', '--json']);
    assert.deepEqual(
      (await jsonLines(next, 2)).map(({ event }) => event),
      ['listening', 'invite'],
    );
  });
});

describe('parley invite', () => {
  it('names the port of the running server', async (t) => {
    const server = await startServer(t);
    const { code, stdout, stderr } = await run(t, ['invite', '--data', server.data, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    const { url, web } = JSON.parse(stdout);
    const [first, made] = [parseInvite(server.invite), parseInvite(url)];
    assert.deepEqual({ ...made, token: first.token }, first);
    assert.notDeepEqual(made.token, first.token);
    assert.deepEqual(parseInvite(web), made);
  });

  it('works while the server is stopped, and says what it takes for granted', async (t) => {
    const server = await startServer(t);
    await stop(server.child, 'SIGTERM');
    const { code, stdout, stderr } = await run(t, ['invite', '--data', server.data, '--json']);
    assert.equal(code, 0);
    assert.equal(parseInvite(JSON.parse(stdout).url).port, 10_000);
    assert.match(stderr, /does not run/);
  });

  it('has the web link that the server was given, and the link for terminals as it is', async (t) => {
    const data = join(await temporaryFolder(t), 'data');
    const args = [
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--name',
      'chat.example.org',
      '--web-url',
      'https://CHAT.example.org:443/',
    ];
    const server = start(t, ['serve', '--data', data, ...args, '--json']);
    const [listening, first] = await jsonLines(server, 2);
    const { code, stdout, stderr } = await run(t, ['invite', '--data', data, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    for (const { url, web } of [first!, JSON.parse(stdout)]) {
      assert.ok(String(web).startsWith('https://chat.example.org/#join=1&ca='), String(web));
      assert.ok(String(url).startsWith(`parley://chat.example.org:${listening!.port}/#ca=`), String(url));
    }
  });

  it('says that browsers need TLS where its web link has none and leads to another machine', async (t) => {
    const data = join(await temporaryFolder(t), 'data');
    const args = ['--host', '127.0.0.1', '--port', '0', '--name', 'chat.example.org'];
    await jsonLines(start(t, ['serve', '--data', data, ...args, '--json']), 2);
    const { code, stdout, stderr } = await run(t, ['invite', '--data', data, '--json']);
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).web, /^http:\/\/chat\.example\.org:/);
    assert.match(stderr, /^parley: browsers run the web client only with TLS.*--tls-cert.*--web-url.*\n$/);
  });

  it('lets as many join as it says', async (t) => {
    const server = await startServer(t);
    const { stdout } = await run(t, ['invite', '--data', server.data, '--uses', '1', '--expires', '1', '--json']);
    const { url } = JSON.parse(stdout);
    const data = await temporaryFolder(t);
    assert.equal((await runWithPassphrase(t, ['join', url, 'alice', '--data', data])).code, 0);
    const second = await runWithPassphrase(t, ['join', url, 'bob', '--data', data]);
    assert.equal(second.code, 4);
    assert.match(second.stderr, /^parley: .*invite.*\n$/);
  });
});

describe('parley user list', () => {
  it('prints one user a line', async (t) => {
    const server = await startServer(t);
    assert.deepEqual(await run(t, ['user', 'list', '--data', server.data]), { code: 0, stdout: '', stderr: '' });
    const data = await temporaryFolder(t);
    for (const name of ['bob', 'alice']) await runWithPassphrase(t, ['join', server.invite, name, '--data', data]);
    const { stdout } = await run(t, ['user', 'list', '--data', server.data, '--json']);
    const users = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      users.map(({ user, devices, suspended }) => ({ user, devices, suspended })),
      [
        { user: 'alice', devices: 1, suspended: false },
        { user: 'bob', devices: 1, suspended: false },
      ],
    );
    assert.match((await run(t, ['user', 'list', '--data', server.data])).stdout, /^alice .*\nbob .*\n$/);
  });
});
