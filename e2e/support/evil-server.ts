import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { type Rtt, RttSchema } from '@parley/protocol/wire';
import { createServer, openSqliteStore, type RunningServer, type Store, silentLog } from '@parley/server';

/** What the patched store has seen, and what waits for it. */
class Sight {
  /** RTTs that went through, KeyPackages and all. */
  readonly requests: Rtt[] = [];
  /** Ids of the conversations that others have begun. */
  readonly conversations: Uint8Array[] = [];
  #pushed = 0n;
  #acked = 0n;
  #changed = Promise.withResolvers<void>();

  /** The stranger's items are on their way to the victim. */
  push(victim: string, deliveries: readonly { device: string; position: bigint }[]): void {
    for (const { device, position } of deliveries) {
      if (device.startsWith(`${victim}/`) && position > this.#pushed) this.#pushed = position;
    }
  }

  ack(position: bigint): void {
    if (position > this.#acked) this.#acked = position;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async settled(): Promise<void> {
    if (this.#pushed === 0n) throw new Error('nothing of the stranger has been pushed');
    while (this.#acked < this.#pushed) await this.#changed.promise;
  }
}

/**
 * The real server on a store that believes one stranger: that they may answer any request and are in every conversation. What they
 * send is pushed to the victim. Everybody else is served as they should be.
 */
export class EvilServer implements AsyncDisposable {
  readonly server: RunningServer;
  readonly #sight: Sight;

  private constructor(server: RunningServer, sight: Sight) {
    this.server = server;
    this.#sight = sight;
  }

  static async start(dataFolder: string, stranger: string, victim: string): Promise<EvilServer> {
    mkdirSync(dataFolder, { recursive: true });
    const honest = await openSqliteStore(join(dataFolder, 'parley.db'));
    const sight = new Sight();
    const patches = patch(honest, sight, stranger, victim);
    const store = new Proxy(honest, {
      get(target, name) {
        const method: unknown = Reflect.get(patches, name) ?? Reflect.get(target, name, target);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    const common = { host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog };
    return new EvilServer(await createServer({ ...common, dataFolder, store }), sight);
  }

  /** RTTs that went through it, in order. */
  get requests(): readonly Rtt[] {
    return this.#sight.requests;
  }

  /** Ids of the conversations that were begun on it, in order. */
  get conversations(): readonly Uint8Array[] {
    return this.#sight.conversations;
  }

  /** Waits until the victim has ACKed everything of the stranger's that was pushed to it: it has dealt with it. */
  settled(): Promise<void> {
    return this.#sight.settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}

function patch(honest: Store, sight: Sight, stranger: string, victim: string): Partial<Store> {
  type Write = { by: { device: string }; deliveries: readonly { device: string; position: bigint }[] };
  const believe = <W extends Write, R>(write: W, otherwise: (write: W) => Promise<R>): Promise<R | 'ok'> => {
    if (!write.by.device.startsWith(`${stranger}/`)) return otherwise(write);
    sight.push(victim, write.deliveries);
    return Promise.resolve('ok');
  };
  return {
    openRequest(request) {
      sight.requests.push(fromBinary(RttSchema, request.body));
      return honest.openRequest(request);
    },
    acceptRequest: (answer) =>
      believe(answer, (write) => {
        sight.conversations.push(write.conversation);
        return honest.acceptRequest(write);
      }),
    appendMessage: (message) => believe(message, (write) => honest.appendMessage(write)),
    commit: (commit) => believe(commit, (write) => honest.commit(write)),
    async findConversation(conversation) {
      const entry = await honest.findConversation(conversation);
      const users = await Promise.all([stranger, victim].map((name) => honest.findUser(name)));
      const devices = users.flatMap((user) => user?.devices.map(({ key }) => key) ?? []);
      return {
        conversation,
        epoch: entry?.epoch ?? 1n,
        users: [...new Set([...(entry?.users ?? []), stranger, victim])],
        members: [...new Set([...(entry?.members ?? []), ...devices])],
        usable: true,
      };
    },
    ack(ack) {
      if (ack.by.device.startsWith(`${victim}/`)) sight.ack(ack.position);
      return honest.ack(ack);
    },
  };
}
