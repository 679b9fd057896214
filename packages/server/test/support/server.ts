import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { CONVERSATION_ID_BYTES, Opcode, parseInvite } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { AcceptSchema, MessageSchema, RttSchema, type UserList } from '@parley/protocol/wire';
import { createServer, type RunningServer, type ServerConfig, silentLog } from '../../src/index.ts';
import { Account, acceptOf, requestId, rttOf } from './account.ts';
import { type LoginOptions, TestClient } from './client.ts';

export type LoggedInClient = TestClient & { users: UserList };

/** A real server on a free port, in its own folder. */
export class TestServer {
  readonly server: RunningServer;
  readonly dataFolder: string;

  private constructor(server: RunningServer, dataFolder: string) {
    this.server = server;
    this.dataFolder = dataFolder;
  }

  static async start(t: TestContext, config: Partial<ServerConfig> = {}): Promise<TestServer> {
    const dataFolder = config.dataFolder ?? (await mkdtemp(join(tmpdir(), 'parley-server-')));
    const server = await createServer({
      host: '127.0.0.1',
      port: 0,
      names: ['localhost'],
      logger: silentLog,
      ...config,
      dataFolder,
    });
    t.after(async () => {
      await server.close();
      await rm(dataFolder, { recursive: true, force: true });
    });
    return new TestServer(server, dataFolder);
  }

  get port(): number {
    return this.server.port;
  }

  async token(uses = 1): Promise<Uint8Array> {
    return parseInvite((await this.server.createInvite({ uses })).link).token;
  }

  /** A new user, logged in with the first device. */
  async register(account: string | Account): Promise<LoggedInClient> {
    const user = typeof account === 'string' ? new Account(account) : account;
    return TestClient.logIn(this.port, user, { registration: user.registration(await this.token()) });
  }

  /** The user's first device is that of this account from now on. */
  recover(account: Account): Promise<LoggedInClient> {
    return TestClient.logIn(this.port, account, { registration: account.recovery() });
  }

  logIn(account: Account, options: LoginOptions = {}): Promise<LoggedInClient> {
    return TestClient.logIn(this.port, account, options);
  }
}

/** A server on which Alice and Bob are logged in. */
export async function pair(
  t: TestContext,
  config: Partial<ServerConfig> = {},
): Promise<{ server: TestServer; alice: LoggedInClient; bob: LoggedInClient }> {
  const server = await TestServer.start(t, config);
  return { server, alice: await server.register('alice'), bob: await server.register('bob') };
}

/** Alice asks Bob, who accepts: the conversation id. Reads what each of them is pushed for it. */
export async function talk(alice: TestClient, bob: TestClient): Promise<Uint8Array> {
  const id = requestId();
  await alice.ok(Opcode.RTT, RttSchema, rttOf(alice.account, bob.account.username, { requestId: id }));
  await bob.next(Opcode.RTT);
  const conversation = crypto.randomBytes(CONVERSATION_ID_BYTES);
  await bob.ok(Opcode.ACCEPT, AcceptSchema, acceptOf(bob.account, alice.account, id, { conversation }));
  await alice.next(Opcode.ACCEPT);
  return conversation;
}

export function messageOf(conversation: Uint8Array, text: string, epoch = 1n) {
  return { conversation, epoch, id: crypto.randomBytes(16), ciphertext: new TextEncoder().encode(text) };
}

/** Sends a message from one to the other: both, and the server, still work. */
export async function sendAndReceive(from: TestClient, to: TestClient, conversation: Uint8Array, text: string): Promise<void> {
  const sent = from.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, text));
  const { ciphertext, position } = await to.nextBody(Opcode.MESSAGE, MessageSchema);
  to.ack(position);
  await sent;
  if (new TextDecoder().decode(ciphertext) !== text) throw new Error('another message arrived');
}
