import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { enterLine } from '../support/chat.ts';
import { PASSPHRASE, parley, parleyCommand } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { Terminal } from '../support/terminal.ts';
import { World } from '../support/world.ts';

const skip = unlessInstalled('tmux');

const ENDS: Readonly<Record<string, (shell: Shell) => Promise<void>>> = {
  '/quit': ({ terminal }) => enterLine(terminal, '/quit'),
  'Ctrl+C': ({ terminal }) => terminal.key('C-c'),
  'Ctrl+D': ({ terminal }) => terminal.key('C-d'),
  SIGTERM: async ({ pid }) => void process.kill(pid, 'SIGTERM'),
  SIGHUP: async ({ pid }) => void process.kill(pid, 'SIGHUP'),
};

test('however it ends, the terminal is as it was, with what was said on it', { skip }, async () => {
  await using world = await World.start();
  await world.join('alice');
  for (const [how, end] of Object.entries(ENDS)) {
    await using shell = await Shell.start(world);
    await end(shell);
    const screen = await shell.isBack(0);
    assert.match(screen, /^You are alice on .*\nNobody else is on line\.\n+\$ ?$/m, how);
  }
});

test('an account that logs in elsewhere ends the client with a line that can be read', { skip }, async () => {
  await using world = await World.start();
  const { phrase } = await world.join('alice');
  await using shell = await Shell.start(world);
  await shell.terminal.type('half typed');
  const recovered = await parley(['join', world.invite, 'alice', '--recover', '--data', world.clientFolder('other')], {
    env: { PARLEY_PHRASE: phrase },
  });
  assert.equal(recovered.code, 0, recovered.stderr);
  const screen = await shell.isBack(4);
  assert.match(screen, /^parley: .*\n/m);
  assert.doesNotMatch(screen, /half typed|on line · /);
});

test('a crash leaves the terminal as it was, and is told', { skip }, async () => {
  await using world = await World.start();
  await world.join('alice');
  const crash = pathToFileURL(resolve(import.meta.dirname, 'crash-on-signal.ts')).href;
  await using shell = await Shell.start(world, { NODE_OPTIONS: `--import ${crash}` });
  process.kill(shell.pid, 'SIGUSR2');
  const screen = await shell.isBack(1);
  assert.match(screen, /crashed on purpose/);
});

/** The client, started by an interactive shell. */
class Shell implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly pid: number;
  readonly #before: readonly unknown[];

  private constructor(terminal: Terminal, pid: number, before: readonly unknown[]) {
    this.terminal = terminal;
    this.pid = pid;
    this.#before = before;
  }

  static async start(world: World, env: Readonly<Record<string, string>> = {}): Promise<Shell> {
    const chat = parleyCommand(['chat', world.account('alice'), '--data', world.clientFolder('alice')]).join(' ');
    const terminal = await Terminal.start({
      command: ['true'],
      shell: true,
      env: { PARLEY_PASSPHRASE: PASSPHRASE, CHAT: chat, ...env },
    });
    await terminal.shows(/^\$ eval.*\n\$$/);
    const before = await stateOf(terminal);
    await enterLine(terminal, `sh -c 'echo "pid $$"; exec $CHAT'; echo "ended with $?"`);
    const [, pid] = /^pid (\d+)$/m.exec(await terminal.shows(/^on line · /m)) ?? [];
    return new Shell(terminal, Number(pid), before);
  }

  /** Waits for the shell's prompt; the screen. */
  async isBack(code: number): Promise<string> {
    const screen = await this.terminal.shows(/^ended with \d+\n\$$/m);
    assert.match(screen, new RegExp(`^ended with ${code}$`, 'm'));
    assert.deepEqual(await stateOf(this.terminal), this.#before);
    return screen.replace(/^ended with \d+\n/m, '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminal[Symbol.asyncDispose]();
  }
}

async function stateOf(terminal: Terminal): Promise<unknown[]> {
  return [await terminal.state(), await terminal.lineDiscipline()];
}
