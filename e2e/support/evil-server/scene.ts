import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { InviteLinks } from '@parley/server';
import { LineClient } from '../line-client.ts';
import { PASSPHRASE, parley, parleyCommand } from '../process.ts';
import { ScriptClient, type ScriptEvent } from '../script-client.ts';
import { Terminal } from '../terminal.ts';
import { befriend, tempFolder } from '../world.ts';
import { EvilServer, type StoreLies } from './evil-server.ts';

/** An evil server and the real programs of people who have joined it. */
export class Scene implements AsyncDisposable {
  readonly evil: EvilServer;
  readonly invite: string;
  /** The same for a browser. */
  readonly webInvite: string;
  readonly #stack: AsyncDisposableStack;
  readonly #folder: string;
  readonly #phrases = new Map<string, string>();

  private constructor(stack: AsyncDisposableStack, folder: string, evil: EvilServer, invite: InviteLinks) {
    this.#stack = stack;
    this.#folder = folder;
    this.evil = evil;
    this.invite = invite.link;
    this.webInvite = invite.web;
  }

  static async start(lies?: StoreLies): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    const evil = stack.use(await EvilServer.start(join(folder, 'server'), lies));
    const invite = await evil.server.createInvite();
    return new Scene(stack.move(), folder, evil, invite);
  }

  /** Joins, and starts `parley chat` in script mode. */
  async enter(user: string): Promise<ScriptClient> {
    const { phrase } = JSON.parse(await this.join(user, this.folder(user)));
    this.#phrases.set(user, phrase);
    return this.#chat(user, this.folder(user));
  }

  /** A new device of a user who has lost the one they had. */
  async recover(user: string): Promise<ScriptClient> {
    const folder = `${this.folder(user)}-recovered`;
    await this.join(user, folder, ['--recover'], { PARLEY_PHRASE: this.#phrases.get(user) ?? assert.fail() });
    return this.#chat(user, folder);
  }

  /** Joins, and starts `parley chat` as people use it in a pipe. */
  async enterLines(user: string): Promise<LineClient> {
    await this.join(user, this.folder(user));
    const client = new LineClient(this.account(user), this.folder(user));
    this.#stack.defer(() => client.kill());
    await client.shows(new RegExp(`You are ${user}`));
    return client;
  }

  /** Joins, and starts `parley chat` on a terminal. */
  async enterTerminal(user: string): Promise<Terminal> {
    await this.join(user, this.folder(user));
    const command = parleyCommand(['chat', this.account(user), '--data', this.folder(user)]);
    const terminal = this.#stack.use(await Terminal.start({ command, env: { PARLEY_PASSPHRASE: PASSPHRASE } }));
    await terminal.shows(/^(.*│ )?on line/m);
    return terminal;
  }

  /** Alice and Bob, who have agreed to talk: Alice has asked. */
  async friends(): Promise<{ alice: ScriptClient; bob: ScriptClient }> {
    const [alice, bob] = [await this.enter('alice'), await this.enter('bob')];
    await befriend(['alice', alice], ['bob', bob]);
    return { alice, bob };
  }

  /** `parley join`; what it printed. */
  async join(user: string, folder: string, more: string[] = [], env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, stderr } = await parley(['join', this.invite, user, '--json', '--data', folder, ...more], { env });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  async #chat(user: string, folder: string): Promise<ScriptClient> {
    const client = new ScriptClient(this.account(user), folder);
    this.#stack.defer(() => client.kill());
    await client.next('ready');
    return client;
  }

  account(user: string): string {
    return `${user}@localhost:${this.evil.server.port}`;
  }

  folder(user: string): string {
    return join(this.#folder, user);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Codes, users and words of the errors that a client was told, in order. */
export function errorsOf(client: ScriptClient): string[] {
  return client.events.filter(({ event }) => event === 'error').map(inWords);
}

function inWords({ code, user, message }: ScriptEvent): string {
  return `${code} ${user ?? '-'}: ${message}`;
}

/** Texts of the messages that a client has shown, in order. */
export function textsOf(client: ScriptClient): string[] {
  return client.events.filter(({ event }) => event === 'message').map(({ text }) => String(text));
}
