import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { spawnScript, within } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';

const skip = unlessInstalled('tmux');

/** Tells whoever listens at a port where its tmux is, and stays connected for as long as it lives. */
const TELL = "require('node:net').connect(Number(process.argv[1]), '127.0.0.1').write(process.env.TMUX + '\\n')";

test('when the process of a test is killed, its terminals go, with their tmux and program', { skip }, async () => {
  using listener = await listen();
  const holder = spawnScript(resolve(import.meta.dirname, '../support/terminal-process.ts'), listener.program);
  const { connection, socket } = await listener.caller();
  assert.ok(await isServed(socket));
  holder.kill('SIGKILL');
  await gone(connection, socket);
  assert.equal(dirname(dirname(socket)), tmpdir());
  rmSync(dirname(socket), { recursive: true }); // nobody is left who could have done it
});

test('a terminal that is done with takes its tmux and program along, whatever the program does about it', { skip }, async () => {
  using listener = await listen();
  const [node = '', ...program] = listener.program;
  const deaf = ['-e', `process.on('SIGHUP', () => {}); ${program[1]}`, ...program.slice(2)];
  const terminal = await Terminal.start({ command: [node, ...deaf] });
  const { connection, socket } = await listener.caller();
  await terminal[Symbol.asyncDispose]();
  await gone(connection, socket);
});

/** `program` is a command that calls; `caller` is who has called, and the socket of its tmux. */
async function listen(): Promise<
  Disposable & { program: string[]; caller: () => Promise<{ connection: Socket; socket: string }> }
> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const called = once(server, 'connection');
  return {
    program: [process.execPath, '-e', TELL, String(port)],
    caller: async () => {
      const [connection] = (await within(called, 'the program to call')) as [Socket];
      connection.on('error', () => {}); // it is killed: 'close' follows
      const [told] = await within(once(connection, 'data'), 'the program to tell');
      return { connection, socket: String(told).split(',')[0] ?? '' };
    },
    [Symbol.dispose]: () => server.close(),
  };
}

async function gone(connection: Socket, socket: string): Promise<void> {
  if (!connection.closed) await within(once(connection, 'close'), 'the program to end');
  const wait = async (): Promise<void> => {
    while (await isServed(socket)) await delay(30);
  };
  await within(wait(), 'tmux to end');
}

async function isServed(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
