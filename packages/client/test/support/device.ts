import { create, fromBinary } from '@bufbuild/protobuf';
import {
  concat,
  identityFromSeed,
  MESSAGE_ID_BYTES,
  makeDevice,
  Opcode,
  positionPrefix,
  signDeviceList,
  toHex,
} from '@parley/protocol';
import { AckSchema, OkSchema, type SignedDeviceList, SignedDeviceListSchema } from '@parley/protocol/wire';
import type { Connection } from '../../src/connection/connection.ts';
import { type Reply, RequestError } from '../../src/connection/reply.ts';
import { makeAccount } from '../../src/conversations/account.ts';
import type { Context } from '../../src/conversations/context.ts';
import { Inbox } from '../../src/conversations/inbox.ts';
import { makeKeyPackage } from '../../src/conversations/key-packages.ts';
import { openGroup } from '../../src/conversations/open-group.ts';
import { Outbox } from '../../src/conversations/outbox.ts';
import { compose } from '../../src/conversations/outgoing-messages.ts';
import { showRequest } from '../../src/conversations/requests.ts';
import type { Environment } from '../../src/environment.ts';
import type { ClientEvent, ClientEventName } from '../../src/events.ts';
import type { Account, Conversation, OutboxRow } from '../../src/gen/rows_pb.ts';
import { History } from '../../src/history.ts';
import { accountRow, Records } from '../../src/records/records.ts';
import { Seldom } from '../../src/seldom.ts';
import { answerAsServer, type Directory, published } from './answering-server.ts';
import { MemoryVault } from './memory-vault.ts';

/**
 * A client's conversations without a network: the test is the server, and may be an evil one. What the device sends waits in
 * `outbox`; what it is to receive is given to `deliver`.
 */
export class Device {
  readonly context: Context;
  readonly vault: MemoryVault;
  readonly events: ClientEvent[] = [];
  readonly acks: bigint[] = [];
  /** Conversations (in hex) for which a new group is wanted. */
  readonly healing = new Set<string>();
  /** What was sent, in order. */
  readonly sent: { opcode: number; body: Uint8Array }[] = [];
  list: SignedDeviceList;
  #told: Seldom;
  #inbox: Inbox;
  #position = 1n << 32n;
  #openings: Promise<void>[] = [];
  broken: unknown;

  static async create(environment: Environment, username: string, directory: Directory): Promise<Device> {
    const vault = new MemoryVault();
    const invite = { tls: false, host: 'localhost', port: 1, caPin: new Uint8Array(32), token: new Uint8Array(16) };
    const account = makeAccount(environment.crypto, invite, { username, deviceName: 'test', nowMs: environment.now() });
    await vault.write([{ put: accountRow(account) }]);
    const device = new Device(environment, vault, await Records.load(vault, environment.mls), directory);
    directory.set(username, device.list);
    return device;
  }

  /** Another device of the same user, on the same (new) device list, with a KeyPackage at the server. */
  static async sibling(first: Device, directory: Directory): Promise<Device> {
    const { environment, records } = first.context;
    const { crypto } = environment;
    const { username, identitySeed } = records.account;
    const identity = identityFromSeed(crypto, identitySeed);
    const made = makeDevice(crypto, { username, identity, deviceName: 'second', nowMs: environment.now() });
    const certificates = [records.account.certificate, made.certificate];
    const deviceList = signDeviceList(crypto, identity, { username, version: 2n, certificates });
    const vault = new MemoryVault();
    const account: Account = {
      ...records.account,
      deviceId: made.deviceId,
      certificate: made.certificate,
      signatureSecret: made.signature.secret,
      signatureKey: made.signature.publicKey,
      channelSecret: made.channel.secret,
      channelKey: made.channel.publicKey,
      deviceList,
    };
    await vault.write([{ put: accountRow(account) }]);
    await records.transact(async (transaction) => records.putAccount(transaction, { ...records.account, deviceList }));
    const second = new Device(environment, vault, await Records.load(vault, environment.mls), directory);
    await second.publish();
    directory.set(username, second.list);
    first.list = second.list;
    return second;
  }

  /** A new device in the place of all that this user had: the same identity, and a vault that knows nobody. */
  static async recovered(lost: Device, directory: Directory): Promise<Device> {
    const { environment, records } = lost.context;
    const { account } = records;
    const { username } = account;
    const identity = identityFromSeed(environment.crypto, account.identitySeed);
    const made = makeDevice(environment.crypto, { username, identity, deviceName: 'new', nowMs: environment.now() });
    const deviceList = signDeviceList(environment.crypto, identity, { username, version: 9n, certificates: [made.certificate] });
    const vault = new MemoryVault();
    const own = {
      deviceId: made.deviceId,
      certificate: made.certificate,
      signatureSecret: made.signature.secret,
      signatureKey: made.signature.publicKey,
      channelSecret: made.channel.secret,
      channelKey: made.channel.publicKey,
    };
    await vault.write([{ put: accountRow({ ...account, ...own, deviceList }) }]);
    const device = new Device(environment, vault, await Records.load(vault, environment.mls), directory);
    await device.publish();
    directory.set(username, device.list);
    return device;
  }

  /** Gives the server a KeyPackage, which it gives out to everybody. */
  async publish(): Promise<Uint8Array> {
    const { keyPackage, row } = await makeKeyPackage(this.context, { published: true });
    await this.vault.write([{ put: row }]);
    published.set(toHex(this.context.records.account.deviceId), keyPackage);
    return keyPackage;
  }

  private constructor(environment: Environment, vault: MemoryVault, records: Records, directory: Directory) {
    this.vault = vault;
    this.list = fromBinary(SignedDeviceListSchema, records.account.deviceList);
    const outbox = new Outbox(records, environment, (key, reply) => this.#inbox.reply(key, reply));
    this.#told = new Seldom(environment, 60_000);
    this.context = {
      environment,
      records,
      outbox,
      // As of a client that runs all the time: a test that moves the clock makes things older.
      time: () => environment.now(),
      isDue: (what) => this.#told.isDue(what),
      emit: (event) => this.events.push(event),
      ask: async (opcode, body) => answerAsServer(directory, opcode, body),
      openGroup: (request) => this.#openings.push(openGroup(this.context, request)),
      publishKeys: () => {},
      present: () => {},
      heal: (conversation) => this.healing.add(conversation),
      showOnce: (_request, user) => showRequest(this.context, user),
    };
    this.#inbox = new Inbox(this.context, {
      onIdle: () => {},
      onBroken: (error) => {
        this.broken = error;
      },
    });
    records.tellWith(
      (events) => void this.events.push(...events),
      () => true,
    );
    outbox.online(this.#connection);
  }

  /** What was told a minute ago may be told again. */
  minuteLater(): void {
    this.#told = new Seldom(this.context.environment, 60_000);
  }

  get username(): string {
    return this.context.records.account.username;
  }

  /** Pushes a mailbox item and waits until it is processed. */
  async deliver(opcode: number, body: Uint8Array, position = this.nextPosition()): Promise<void> {
    this.push(opcode, body, position);
    await this.settled();
  }

  /** Pushes a mailbox item, which waits. `connection`: another one than all else comes on. */
  push(opcode: number, body: Uint8Array, position = this.nextPosition(), connection = this.#connection): void {
    this.#inbox.item({ opcode, sequence: 0, body: concat(positionPrefix(position), body) }, position, connection);
  }

  /** What is in the outbox with this opcode, oldest first. */
  waiting(opcode: Opcode): OutboxRow[] {
    return [...this.context.records.outbox.rows.values()].filter((row) => row.opcode === opcode);
  }

  /** The body of the one thing of this opcode in the outbox, and takes it as answered with OK. */
  async hand<Body>(opcode: Opcode, decode: (body: Uint8Array) => Body): Promise<Body> {
    const [row] = this.waiting(opcode);
    if (row === undefined) throw new Error(`nothing with opcode ${opcode} waits`);
    await this.reply(row.key, { kind: 'ok', ok: create(OkSchema) });
    return decode(row.body);
  }

  async reply(key: string, reply: Reply): Promise<void> {
    this.#inbox.reply(key, reply);
    await this.settled();
  }

  /** The server's ERROR with this code. */
  refuse(key: string, code: string, more: object = {}): Promise<void> {
    const error = new RequestError({
      $typeName: 'parley.Error',
      detail: '',
      retryAfterMs: 0,
      winnerSha256: new Uint8Array(0),
      winnerConversation: new Uint8Array(0),
      newestVersion: 0n,
      code,
      ...more,
    });
    return this.reply(key, { kind: 'error', error });
  }

  async send(to: string, text: string, tag = 'tag'): Promise<void> {
    const { context } = this;
    const messageId = randomId(context.environment);
    await context.records.transact(async (transaction) => compose(context, transaction, [{ to, text, tag, messageId }]));
    await this.settled();
  }

  get history(): History {
    const { account, conversations, outbox } = this.context.records;
    const tables = { conversations: conversations.rows, outbox: outbox.rows };
    return new History({ user: account.username, vault: this.vault, ...tables });
  }

  /** The conversation that is the current one with a contact. */
  conversationWith(peer: string): Conversation {
    const { contacts, conversations } = this.context.records;
    const id = contacts.rows.get(peer)?.conversation;
    const found = id && conversations.rows.get(toHex(id));
    if (!found) throw new Error(`${this.username} has no conversation with ${peer}`);
    return found;
  }

  of<Name extends ClientEventName>(name: Name): Extract<ClientEvent, { event: Name }>[] {
    return this.events.filter((event) => event.event === name) as Extract<ClientEvent, { event: Name }>[];
  }

  codes(): string[] {
    return this.of('error').map(({ code }) => code);
  }

  nextPosition(): bigint {
    this.#position += 1n;
    return this.#position;
  }

  async settled(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(this.#openings.splice(0));
      await this.context.records.idle();
    } while (!this.#inbox.isIdle && this.broken === undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }

  readonly #connection = {
    notify: (opcode: number, body: Uint8Array) => {
      if (opcode === Opcode.ACK) this.acks.push(fromBinary(AckSchema, body).position);
    },
    send: (opcode: number, body: Uint8Array) => {
      this.sent.push({ opcode, body });
    },
    close: () => {},
    pause: () => {},
  } as unknown as Connection;
}

export function randomId(environment: Environment): Uint8Array {
  return environment.crypto.randomBytes(MESSAGE_ID_BYTES);
}
