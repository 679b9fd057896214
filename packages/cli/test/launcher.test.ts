import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { jsonLines, LAUNCHER, oldNode, run, start, startServer, stop, temporaryFolder } from './support/processes.ts';

const { node, skip } = oldNode();

/** The launcher without anything else of parley. */
async function alone(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await cp(LAUNCHER, join(folder, 'bin/parley.js'));
  return join(folder, 'bin/parley.js');
}

it('the launcher says what to run where parley was not built', async (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [await alone(t)], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^parley: is not built: run "npm ci".*\n$/);
});

describe('the launcher on an old Node', { skip }, () => {
  it('runs parley on the Node of npm', async (t) => {
    const { code, stdout } = await run(t, ['--version'], { node });
    assert.deepEqual([code, stdout], [0, '0.1.0\n']);
  });

  it('hands on the exit code and what is written to stderr', async (t) => {
    const { code, stderr } = await run(t, ['fly'], { node });
    assert.equal(code, 2);
    assert.match(stderr, /^parley: unknown command 'fly'.*\n$/);
  });

  it('hands on standard input', async (t) => {
    const server = await startServer(t);
    const data = await temporaryFolder(t);
    const env = { PARLEY_PASSPHRASE: 'x' };
    assert.equal((await run(t, ['join', server.invite, 'alice', '--data', data], { node, env })).code, 0);
    const { code, stdout } = await run(t, ['chat', '--data', data, '--json'], { node, env, input: 'nonsense\n{"do":"quit"}\n' });
    assert.equal(code, 0);
    assert.match(stdout, /"code":"bad_command"/);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`hands on ${signal}`, async (t) => {
      const server = await startServer(t, { node });
      assert.equal(await stop(server.child, signal), 0);
    });
  }

  it('leaves nobody behind when it is killed', async (t) => {
    const server = await startServer(t, { node });
    const { pid } = JSON.parse(await readFile(join(server.data, 'server.json'), 'utf8'));
    assert.notEqual(pid, server.child.pid);
    // A connection ends with the process that holds it.
    const connection = connect(server.port, '127.0.0.1');
    await once(connection, 'connect');
    connection.on('error', () => {});
    await Promise.all([once(connection, 'close'), stop(server.child, 'SIGKILL')]);
    const again = start(t, ['serve', '--data', server.data, '--host', '127.0.0.1', '--port', String(server.port), '--json']);
    assert.equal((await jsonLines(again, 1))[0]?.port, server.port);
  });

  it('says what to install where npm has brought no Node', async (t) => {
    const { status, stdout, stderr } = spawnSync(node, [await alone(t)], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^parley: needs Node 24 or newer.*npm ci.*\n$/);
  });
});
