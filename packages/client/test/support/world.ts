import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { createServer, type RunningServer, silentLog } from '../../../server/src/index.ts';
import { type ClientOptions, ParleyClient } from '../../src/client.ts';
import type { Environment } from '../../src/environment.ts';
import { join } from '../../src/join.ts';
import { nodeEnvironment } from '../../src/node.ts';
import { EventLog } from './events.ts';
import { MemoryVault } from './memory-vault.ts';

/** A person in a test: a vault that stays, and the client that runs on it now. */
export interface Person {
  readonly name: string;
  readonly vault: MemoryVault;
  readonly client: ParleyClient;
  readonly events: EventLog;
}

/** A real server on a real port, and people who joined it. */
export class World implements AsyncDisposable {
  readonly environment: Environment;
  readonly folder: string;
  server: RunningServer;
  readonly #running = new Set<ParleyClient>();

  static async create(): Promise<World> {
    const folder = await mkdtemp(joinPath(tmpdir(), 'parley-client-'));
    return new World(await nodeEnvironment(), folder, await serverIn(folder, 0));
  }

  private constructor(environment: Environment, folder: string, server: RunningServer) {
    this.environment = environment;
    this.folder = folder;
    this.server = server;
  }

  async invite(): Promise<string> {
    return (await this.server.createInvite()).link;
  }

  /** Registers and is on line. */
  async person(name: string): Promise<Person> {
    const vault = new MemoryVault();
    await join({ environment: this.environment, vault, invite: await this.invite(), username: name });
    const person = await this.start(name, vault);
    await person.events.next('users');
    return person;
  }

  /** A client on a vault, starting. */
  async start(
    name: string,
    vault: MemoryVault,
    changes: Partial<Environment> = {},
    takes: ClientOptions['takes'] = () => true,
  ): Promise<Person> {
    const client = await ParleyClient.open({ environment: { ...this.environment, ...changes }, vault, takes });
    this.#running.add(client);
    const events = new EventLog(client);
    await client.start();
    return { name, vault, client, events };
  }

  /** Ends a client whose vault fails, and does not mind. */
  async bury({ client }: Person): Promise<void> {
    this.#running.delete(client);
    await client.quit().catch(() => {});
  }

  /** Two people who have agreed to talk. */
  async pair(): Promise<{ alice: Person; bob: Person }> {
    const alice = await this.person('alice');
    const bob = await this.person('bob');
    await this.introduce(alice, bob);
    return { alice, bob };
  }

  async introduce(asker: Person, asked: Person): Promise<void> {
    asker.client.request(asked.name);
    await asked.events.next('request');
    asked.client.accept(asker.name);
    await asker.events.next('accepted');
  }

  async stopServer(): Promise<void> {
    await this.server.close();
  }

  /** On the same port, with the same data. */
  async startServer(): Promise<void> {
    this.server = await serverIn(this.folder, this.server.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((client) => client.quit()));
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function serverIn(dataFolder: string, port: number): Promise<RunningServer> {
  return createServer({ dataFolder, host: '127.0.0.1', port, names: ['localhost'], logger: silentLog });
}
