import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJsonLine } from './json-lines.ts';
import { LineClient } from './line-client.ts';
import { PASSPHRASE, parley, parleyCommand } from './process.ts';
import { ScriptClient, type ScriptClientOptions, type ScriptEvent } from './script-client.ts';
import { type ServerOptions, ServerProcess } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

export interface EnterTerminalOptions extends Omit<TerminalOptions, 'command'> {
  readonly program?: 'chat' | 'listen';
  /** Further arguments of it. */
  readonly args?: readonly string[];
}

/** A server process, its users' folders and their clients: `await using world = await World.start()`. */
export class World implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly folder: string;
  #server: ServerProcess;
  readonly #invite: string;
  /** Of something in between, where clients do not reach the server itself. */
  #portForClients: number | undefined;
  readonly #joined = new Set<string>();

  private constructor(stack: AsyncDisposableStack, folder: string, server: ServerProcess) {
    this.#stack = stack;
    this.folder = folder;
    this.#server = server;
    this.#invite = server.invite ?? assert.fail('a first start prints an invite');
    this.#stack.defer(() => this.#server.kill());
  }

  /** `prepare` is called before the server starts, with the folder it will have. */
  static async start(
    options: Pick<ServerOptions, 'names' | 'under' | 'flags' | 'env'> & { prepare?: (serverFolder: string) => Disposable } = {},
  ): Promise<World> {
    const stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    if (options.prepare !== undefined) stack.use(options.prepare(join(folder, 'server')));
    const server = await ServerProcess.start({ dataFolder: join(folder, 'server'), ...options }, true);
    return new World(stack, folder, server);
  }

  get server(): ServerProcess {
    return this.#server;
  }

  /** The invite that the first start printed. */
  get invite(): string {
    return this.#portForClients === undefined
      ? this.#invite
      : this.#invite.replace(/localhost:\d+/, `localhost:${this.#portForClients}`);
  }

  get serverFolder(): string {
    return join(this.folder, 'server');
  }

  /** The client folder of a user. */
  clientFolder(user: string): string {
    return join(this.folder, user);
  }

  account(user: string): string {
    return `${user}@localhost:${this.#portForClients ?? this.#server.port}`;
  }

  /** From now on users join and connect at this port. */
  goThrough(port: number): void {
    this.#portForClients = port;
  }

  /** Starts the server again on the same folder and port. */
  async restartServer(options: Pick<ServerOptions, 'names' | 'under'> = {}): Promise<void> {
    const { port } = this.#server;
    await this.#server.stop();
    this.#server = await ServerProcess.start({ dataFolder: this.serverFolder, port, ...options }, false);
  }

  /** Ends the server as a power cut would; `restartServer` has it back. */
  async killServer(): Promise<void> {
    await this.#server.kill();
  }

  /** `parley join`; what it printed. */
  async join(user: string, invite: string = this.invite): Promise<{ user: string; server: string; phrase: string }> {
    const finished = await parley(['join', invite, user, '--json', '--data', this.clientFolder(user)]);
    assert.equal(finished.code, 0, `join ${user}: ${finished.stderr}`);
    this.#joined.add(user);
    return parseJsonLine(finished.stdout.trim()) as { user: string; server: string; phrase: string };
  }

  /** `parley chat --json` of a user who has joined. */
  start(user: string, options: ScriptClientOptions = {}): ScriptClient {
    const client = new ScriptClient(this.account(user), this.clientFolder(user), options);
    this.#stack.defer(() => client.kill());
    return client;
  }

  /** A command of a user who has joined, which prints lines. */
  startLines(user: string, command: string): LineClient {
    const client = new LineClient(this.account(user), this.clientFolder(user), { command });
    this.#stack.defer(() => client.kill());
    return client;
  }

  /** Joins, starts the chat and waits until it is ready. */
  async enter(user: string): Promise<ScriptClient> {
    await this.join(user);
    const client = this.start(user);
    await client.next('ready', { user });
    return client;
  }

  /** Several users, ready. */
  async enterAll<const Users extends readonly string[]>(...users: Users): Promise<{ [K in keyof Users]: ScriptClient }> {
    const clients: ScriptClient[] = [];
    for (const user of users) {
      clients.push(await this.enter(user));
    }
    return clients as { [K in keyof Users]: ScriptClient };
  }

  /** Several users join, and begin to talk in the plain line client. */
  async enterLines<const Users extends readonly string[]>(...users: Users): Promise<{ [K in keyof Users]: LineClient }> {
    const clients: LineClient[] = [];
    for (const user of users) {
      await this.join(user);
      const client = this.startLines(user, 'chat');
      clients.push(client);
      await client.shows(new RegExp(`You are ${user}`));
    }
    return clients as { [K in keyof Users]: LineClient };
  }

  /** Joins, where the user has not, and starts `parley chat`, or another program, on a terminal. */
  async enterTerminal(
    user: string,
    { program = 'chat', args = [], env, ...options }: EnterTerminalOptions = {},
  ): Promise<Terminal> {
    if (!this.#joined.has(user)) await this.join(user);
    const command = parleyCommand([program, this.account(user), '--data', this.clientFolder(user), ...args]);
    return this.#stack.use(await Terminal.start({ ...options, command, env: { PARLEY_PASSPHRASE: PASSPHRASE, ...env } }));
  }

  /** A small disk for the client folder of a user who has not joined yet. */
  mountFor(user: string, bytes: number): SmallDisk {
    return this.#stack.use(SmallDisk.mount(this.clientFolder(user), bytes));
  }

  defer(action: () => void | Promise<void>): void {
    this.#stack.defer(action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** `from` asks `to`, who accepts. */
export async function befriend(from: [string, ScriptClient], to: [string, ScriptClient]): Promise<void> {
  from[1].send({ do: 'request', user: to[0] });
  await to[1].next('request', { from: from[0] });
  to[1].send({ do: 'accept', user: from[0] });
  await from[1].next('accepted', { by: to[0] });
}

/** Sends one text and waits until it has arrived; the `message` event. */
export async function say(
  from: [string, ScriptClient],
  to: [string, ScriptClient],
  text: string,
  id: string,
): Promise<ScriptEvent> {
  from[1].send({ do: 'send', to: to[0], text, id });
  const [message] = await Promise.all([to[1].next('message', { from: from[0], text }), from[1].next('sent', { id })]);
  return message;
}

const tempFolders = new Set<string>();
process.once('exit', () => {
  for (const folder of tempFolders) rmSync(folder, { recursive: true, force: true });
});

/** A fresh folder that goes when the stack is disposed of, at the latest with this process. */
export function tempFolder(stack: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  tempFolders.add(folder);
  stack.defer(() => {
    rmSync(folder, { recursive: true, force: true });
    tempFolders.delete(folder);
  });
  return folder;
}
