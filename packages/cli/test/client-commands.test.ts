import assert from 'node:assert/strict';
import { mkdir, readdir, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createVault } from '@parley/client/node';
import { jsonLines, PASSPHRASE, run, runWithPassphrase, start, startServer, stop, temporaryFolder } from './support/processes.ts';

const env = { PARLEY_PASSPHRASE: PASSPHRASE };

describe('parley join', () => {
  it('makes one file that only its owner reads, and prints the recovery phrase once', async (t) => {
    const server = await startServer(t);
    const data = join(await temporaryFolder(t), 'data');
    const { code, stdout, stderr } = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    const { user, server: address, phrase, ...rest } = JSON.parse(stdout);
    assert.deepEqual([user, address, rest], ['alice', `localhost:${server.port}`, {}]);
    assert.equal(phrase.split(' ').length, 24);
    assert.deepEqual(await readdir(data), [`alice@localhost_${server.port}.vault`]);
    assert.equal((await stat(join(data, `alice@localhost_${server.port}.vault`))).mode & 0o777, 0o600);
    assert.equal((await stat(data)).mode & 0o777, 0o700);
  });

  it('says in words that the phrase is to be written down', async (t) => {
    const server = await startServer(t);
    const { stdout } = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', await temporaryFolder(t)]);
    assert.match(stdout, /Write the 24 words down/);
  });

  it('ends with 3 where no server is, and leaves no half account', async (t) => {
    const server = await startServer(t);
    await stop(server.child, 'SIGTERM');
    const data = await temporaryFolder(t);
    const { code, stdout, stderr } = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^parley: .*running.*\n$/);
    assert.deepEqual(await readdir(data), []);
  });

  it('leaves no half account when the name is taken, so that another can be tried', async (t) => {
    const server = await startServer(t);
    await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', await temporaryFolder(t)]);
    const data = await temporaryFolder(t);
    const { code, stderr } = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    assert.equal(code, 4);
    assert.match(stderr, /taken/);
    assert.deepEqual(await readdir(data), []);
  });

  it('completes what an earlier join has left', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    // As after a kill between the first write and the answer.
    await (await createVault(join(data, `alice@localhost_${server.port}.vault`), PASSPHRASE)).close();
    const other = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data], 'another passphrase');
    assert.equal(other.code, 5);
    assert.match(other.stderr, /another passphrase: try again with that one/);
    assert.equal((await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data])).code, 0);
  });

  it('says where to put an old vault whose passphrase is lost, when its account is recovered', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    const { stdout } = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data, '--json']);
    const file = join(data, `alice@localhost_${server.port}.vault`);
    const recover = ['join', server.invite, 'alice', '--recover', '--data', data];
    const given = { env: { PARLEY_PASSPHRASE: 'another passphrase', PARLEY_PHRASE: JSON.parse(stdout).phrase } };
    const { code, stderr } = await run(t, recover, given);
    assert.equal(code, 5);
    const advice = 'with another passphrase: move that file away, or choose another folder with --data';
    assert.equal(stderr, `parley: ${file} is there already, ${advice}\n`);

    await rename(file, `${file}.old`);
    assert.equal((await run(t, recover, given)).code, 0);
  });

  it('says which part an invite lacks, and that with --recover any other of the server does', async (t) => {
    const data = await temporaryFolder(t);
    const cut = ['join', 'parley://localhost:39013', 'carol', '--data', data];
    const joining = await run(t, cut, { env });
    assert.equal(joining.code, 2);
    assert.match(joining.stderr, /^parley: the invite lacks ca=… .* and token=… .*: copy it again, whole\n$/);
    const recovering = await run(t, [...cut, '--recover'], { env });
    assert.equal(recovering.code, 2);
    assert.match(recovering.stderr, /^parley: the invite lacks ca=….*; with --recover any invite of this server does/);
  });

  it('calls a recovery phrase that is not there by its name', async (t) => {
    const data = await temporaryFolder(t);
    await writeFile(join(data, 'phrase'), '\n');
    const invite = `parley://localhost/#ca=${'A'.repeat(43)}&token=${'A'.repeat(22)}`;
    const args = ['join', invite, 'carol', '--recover', '--data', data, '--phrase-file', join(data, 'phrase')];
    const { code, stderr } = await run(t, args, { env });
    assert.deepEqual([code, stderr], [2, 'parley: the recovery phrase is empty\n']);
  });

  it('keeps an account that has joined', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    const again = await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /has joined already.*parley chat alice@localhost/);
    assert.equal((await run(t, ['chat', '--data', data, '--json'], { env })).code, 0);
  });

  it('takes the passphrase from a file, whose last line end is not part of it', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    const file = join(data, 'passphrase');
    await writeFile(file, ` ${PASSPHRASE}\n`);
    assert.equal((await run(t, ['join', server.invite, 'alice', '--data', data, '--passphrase-file', file])).code, 0);
    const chat = await runWithPassphrase(t, ['chat', '--data', data, '--json'], ` ${PASSPHRASE}`);
    assert.equal(chat.code, 0);
  });

  it('ends with 4 and names the check when the server has another CA than the invite says', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    const wrong = server.invite.replace(/ca=.{43}/, `ca=${'A'.repeat(43)}`);
    const { code, stderr } = await runWithPassphrase(t, ['join', wrong, 'alice', '--data', data]);
    assert.equal(code, 4);
    assert.match(stderr, /^parley: .*\(check: ca_pin\)\n$/);
    assert.deepEqual(await readdir(data), []);
  });
});

describe('parley chat --json', () => {
  const joined = async (t: Parameters<typeof startServer>[0]) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    return { server, data, file: join(data, `alice@localhost_${server.port}.vault`) };
  };

  it('says bad_command to what is none, and goes on', async (t) => {
    const { data } = await joined(t);
    const input = 'nonsense\n{"do":"fly"}\n\n{"do":"list"}\n';
    const { code, stdout } = await run(t, ['chat', '--data', data, '--json'], { env, input });
    assert.equal(code, 0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.filter(({ event }) => event === 'error').map(({ code: name }) => name),
      ['bad_command', 'bad_command'],
    );
    assert.equal(events.filter(({ event }) => event === 'ready').length, 1);
    assert.deepEqual(events.findLast(({ event }) => event === 'users').users, [{ user: 'alice', online: true }]);
  });

  it('ends with 0 after quit', async (t) => {
    const { data } = await joined(t);
    const child = start(t, ['chat', '--data', data, '--json'], { env });
    await jsonLines(child, 1);
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      rest += text;
    });
    child.stdin.write('{"do":"quit"}\n');
    const [code] = await new Promise<[number | null]>((done) => child.once('close', (status) => done([status])));
    assert.equal(code, 0);
    assert.doesNotMatch(rest, /offline/);
  });

  it('ends with 0 after SIGTERM', async (t) => {
    const { data } = await joined(t);
    const child = start(t, ['chat', '--data', data, '--json'], { env });
    await jsonLines(child, 1);
    assert.equal(await stop(child, 'SIGTERM'), 0);
  });

  it('starts without a server and says offline', async (t) => {
    const { data, server } = await joined(t);
    await stop(server.child, 'SIGTERM');
    const child = start(t, ['chat', '--data', data, '--json'], { env });
    assert.deepEqual(await jsonLines(child, 1), [{ event: 'offline' }]);
    assert.equal(await stop(child, 'SIGTERM'), 0);
  });

  it('ends with 5 when another process has the account open', async (t) => {
    const { data } = await joined(t);
    const child = start(t, ['chat', '--data', data, '--json'], { env });
    await jsonLines(child, 1);
    const second = await run(t, ['chat', '--data', data, '--json'], { env });
    assert.deepEqual([second.code, second.stdout], [5, '']);
    assert.match(second.stderr, /^parley: .*another parley process.*\n$/);
    await stop(child, 'SIGKILL');
    assert.equal((await run(t, ['chat', '--data', data, '--json'], { env })).code, 0);
  });

  it('ends with 5 for a wrong passphrase', async (t) => {
    const { data } = await joined(t);
    const { code, stderr } = await runWithPassphrase(t, ['chat', '--data', data, '--json'], 'wrong');
    assert.equal(code, 5);
    assert.match(stderr, /^parley: the passphrase is wrong.*\n$/);
  });

  it('ends with 5 for a damaged file', async (t) => {
    const { data, file } = await joined(t);
    await truncate(file, 5_000);
    const { code, stderr } = await run(t, ['chat', '--data', data, '--json'], { env });
    assert.equal(code, 5);
    assert.match(stderr, /^parley: .*damaged.*backup.*\n$/);
  });

  it('ends with 5 for a folder that cannot be read as a file', async (t) => {
    const data = await temporaryFolder(t);
    await mkdir(join(data, 'alice@localhost_1.vault'));
    assert.equal((await run(t, ['chat', '--data', data, '--json'], { env })).code, 5);
  });
});

describe('parley chat in a pipe', () => {
  it('reads lines and prints lines', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    await runWithPassphrase(t, ['join', server.invite, 'alice', '--data', data]);
    const { code, stdout, stderr } = await run(t, ['chat', '--data', data], { env, input: '/help\nhello\n/fly\n/list\n' });
    assert.deepEqual([code, stderr], [0, '']);
    for (const expected of [
      /\/request NAME/,
      /To whom\?/,
      /There is no such command/,
      /You are alice on localhost:\d+/,
      /Nobody else is on line/,
    ]) {
      assert.match(stdout, expected);
    }
  });
});
