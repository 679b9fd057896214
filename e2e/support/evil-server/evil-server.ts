import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createServer, openSqliteStore, type RunningServer, type Store, silentLog } from '@parley/server';
import { WEB_CLIENT } from '../../../packages/cli/src/web-client.ts';
import { Acks } from './acks.ts';
import { type MailboxItem, type Said, type Session, tapSessions } from './tap.ts';

/** What is sent in the place of something; `undefined`: that itself. */
export interface Lie {
  push?(item: MailboxItem, to: Session): readonly MailboxItem[] | undefined;
  say?(said: Said, to: Session): readonly Said[] | undefined;
}

/** Methods that take the place of those of an honest store. */
export type StoreLies = (honest: Store) => Partial<Store>;

/**
 * The real server in this process, which tells lies: its store may be another, and all that its sessions send goes through the lies that were
 * told last. One at a time.
 */
export class EvilServer implements AsyncDisposable {
  readonly server: RunningServer;
  /** What was to be pushed, oldest first, as an honest server would. */
  readonly items: { readonly to: string; readonly item: MailboxItem }[] = [];
  readonly #acks: Acks;
  readonly #stack: AsyncDisposableStack;
  readonly #lies = new Set<Lie>();
  /** Of all who have logged in. */
  readonly #sessions = new Set<Session>();

  private constructor(server: RunningServer, acks: Acks, stack: AsyncDisposableStack) {
    this.server = server;
    this.#acks = acks;
    this.#stack = stack;
    stack.use(
      tapSessions({
        push: (item, to) => {
          this.items.push({ to: to.username, item });
          return this.#tell([item], (lie, each) => lie.push?.(each, to));
        },
        say: (said, to) => {
          this.#sessions.add(to);
          return this.#tell([said], (lie, each) => lie.say?.(each, to));
        },
      }),
    );
  }

  static async start(dataFolder: string, lies: StoreLies = () => ({})): Promise<EvilServer> {
    mkdirSync(dataFolder, { recursive: true });
    const honest = await openSqliteStore(join(dataFolder, 'parley.db'));
    const acks = new Acks();
    const patches: Partial<Store> = { ...lies(honest), ack: (ack) => acks.note(ack, honest.ack(ack)) };
    const store = new Proxy(honest, {
      get(target, name) {
        const method: unknown = Reflect.get(patches, name) ?? Reflect.get(target, name, target);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    await using stack = new AsyncDisposableStack();
    const common = { host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog, webFolder: WEB_CLIENT };
    const server = await createServer({ ...common, dataFolder, store });
    stack.defer(() => server.close());
    return new EvilServer(server, acks, stack.move());
  }

  /** From now on it tells this lie too, until the function that is returned is called. */
  tell(lie: Lie): () => void {
    this.#lies.add(lie);
    return () => this.#lies.delete(lie);
  }

  /** Those of a user that are there now. */
  sessionsOf(user: string): Session[] {
    return [...this.#sessions].filter((session) => session.username === user && !session.isOver);
  }

  /** Bodies of what an honest server would have pushed to a user, oldest first. */
  bodies(user: string, opcode: number): Uint8Array[] {
    return this.items.filter(({ to, item }) => to === user && item.opcode === opcode).map(({ item }) => item.body);
  }

  /** Puts something into the mailbox of a user who is on line. Resolves when its devices have dealt with it. */
  async inject(user: string, opcode: number, body: Uint8Array): Promise<void> {
    const [session, ...others] = this.sessionsOf(user);
    assert.ok(session !== undefined && others.length === 0, `${user} is on line once`);
    const { mailboxes, store } = session.services;
    const { device } = session;
    const position = await mailboxes.deliver(
      [{ device, opcode, body }],
      async (deliveries) => {
        await store.keep(deliveries);
        return deliveries[0]?.position ?? assert.fail();
      },
      () => true,
    );
    await this.#acks.reached(device, position);
  }

  /** The same of a message that is made for it. */
  deliver<Schema extends DescMessage>(
    user: string,
    opcode: number,
    schema: Schema,
    body: MessageInitShape<Schema>,
  ): Promise<void> {
    return this.inject(user, opcode, toBinary(schema, create(schema, body)));
  }

  /** Says something that nobody has asked for. */
  say<Schema extends DescMessage>(user: string, opcode: number, schema: Schema, body: MessageInitShape<Schema>): void {
    for (const session of this.sessionsOf(user)) session.send({ opcode, body: toBinary(schema, create(schema, body)) });
  }

  /** Waits until the devices of a user have dealt with all that was pushed to them with this opcode. */
  async settled(user: string, opcode: number): Promise<void> {
    const last = this.items.findLast(({ to, item }) => to === user && item.opcode === opcode);
    assert.ok(last !== undefined, `nothing with opcode ${opcode} was pushed to ${user}`);
    for (const { device } of this.sessionsOf(user)) await this.#acks.reached(device, last.item.position);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #tell<Each>(honest: readonly Each[], change: (lie: Lie, each: Each) => readonly Each[] | undefined): readonly Each[] {
    let all = honest;
    for (const lie of this.#lies) all = all.flatMap((each) => change(lie, each) ?? [each]);
    return all;
  }
}
