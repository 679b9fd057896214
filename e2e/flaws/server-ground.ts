import { parseInvite } from '@parley/protocol';
import { Account } from '../../packages/server/test/support/account.ts';
import { TestClient } from '../../packages/server/test/support/client.ts';
import { sendAndReceive, talk } from '../../packages/server/test/support/server.ts';
import { ServerProcess } from '../support/server-process.ts';
import { tempFolder } from '../support/world.ts';

/** A real `parley serve` with two users who talk: whatever a test does to it, they must go on. */
export class ServerGround implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #stack: AsyncDisposableStack;
  readonly #witnesses: readonly [TestClient, TestClient];
  readonly #conversation: Uint8Array;

  private constructor(
    server: ServerProcess,
    stack: AsyncDisposableStack,
    witnesses: readonly [TestClient, TestClient],
    conversation: Uint8Array,
  ) {
    this.server = server;
    this.#stack = stack;
    this.#witnesses = witnesses;
    this.#conversation = conversation;
  }

  static async start(): Promise<ServerGround> {
    await using stack = new AsyncDisposableStack();
    const server = await ServerProcess.start({ dataFolder: tempFolder(stack) }, true);
    stack.defer(() => server.kill());
    const zoe = await register(server, 'zoe');
    const yan = await register(server, 'yan');
    const conversation = await talk(zoe, yan);
    return new ServerGround(server, stack.move(), [zoe, yan], conversation);
  }

  /** A new user, who has left again. */
  async register(username: string): Promise<Account> {
    const client = await register(this.server, username);
    await client.leave();
    return client.account;
  }

  /** Fails unless the process runs and the two can talk. */
  async stillServes(): Promise<void> {
    if (!this.server.running) throw new Error(`the server has ended: ${this.server.output}`);
    const [zoe, yan] = this.#witnesses;
    await sendAndReceive(zoe, yan, this.#conversation, 'are you there?');
    await sendAndReceive(yan, zoe, this.#conversation, 'still here');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function register(server: ServerProcess, username: string): Promise<TestClient> {
  const account = new Account(username);
  const { token } = parseInvite(server.invite ?? '');
  return TestClient.logIn(server.port, account, { registration: account.registration(token) });
}
