import { create, type DescMessage, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Channel, type Frame, Opcode, startLogin } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import {
  AckSchema,
  ClientLoginSchema,
  ErrorSchema,
  type Ok,
  OkSchema,
  type Registration,
  type ServerHello,
  type UserList,
  UserListSchema,
  type Error as WireError,
} from '@parley/protocol/wire';
import type { Account } from './account.ts';
import { RawSocket } from './raw-socket.ts';

export interface LoginOptions {
  readonly registration?: Registration;
  readonly device?: number;
  readonly position?: bigint;
  /** What to claim instead of the account's own. */
  readonly username?: string;
  readonly deviceId?: Uint8Array;
  readonly version?: number;
  readonly tls?: boolean;
}

/** 1.0 to 1.2, done by hand so that tests can get in between. */
export async function shakeHands(
  socket: RawSocket,
  account: Account,
  options: LoginOptions = {},
): Promise<{ channel: Channel; hello: ServerHello; first: Uint8Array; login: Uint8Array }> {
  const device = account.device(options.device);
  const { message: first, next } = startLogin(crypto, { channelKey: device.channel });
  socket.send(first);
  const answer = await socket.receive();
  if (answer === undefined) throw new Error('closed before 1.1');
  const { hello, next: ready } = next.receive(answer);
  const { message: login, channel } = ready.login(
    create(ClientLoginSchema, {
      version: options.version ?? 1,
      username: options.username ?? account.username,
      deviceId: options.deviceId ?? device.deviceId,
      clientVersion: 'test/1',
      position: options.position ?? 0n,
      ...(options.registration === undefined ? {} : { registration: options.registration }),
    }),
  );
  return { channel, hello, first, login };
}

/** A device that is logged in, or was refused with an ERROR in place of 1.3. */
export class TestClient {
  readonly socket: RawSocket;
  readonly channel: Channel;
  readonly account: Account;
  #sequence = 0;
  readonly #frames: Frame[] = [];
  readonly #replies = new Map<number, (frame: Frame | undefined) => void>();
  readonly #waiters: { accepts: (frame: Frame) => boolean; resolve: (frame: Frame | undefined) => void }[] = [];
  #isOver = false;

  constructor(socket: RawSocket, channel: Channel, account: Account) {
    this.socket = socket;
    this.channel = channel;
    this.account = account;
    void this.#read();
  }

  /** Logs in; the first frame (1.3, or the ERROR) waits to be read. */
  static async connect(port: number, account: Account, options: LoginOptions = {}): Promise<TestClient> {
    const socket = await RawSocket.open(port, options.tls === undefined ? {} : { tls: options.tls });
    const { channel, login } = await shakeHands(socket, account, options);
    const client = new TestClient(socket, channel, account);
    socket.send(login);
    return client;
  }

  /** Logs in and reads 1.3. Throws the code of an ERROR. */
  static async logIn(port: number, account: Account, options: LoginOptions = {}): Promise<TestClient & { users: UserList }> {
    const client = await TestClient.connect(port, account, options);
    const first = await client.next();
    if (first.opcode === Opcode.ERROR) throw new Error(fromBinary(ErrorSchema, first.body).code);
    return Object.assign(client, { users: fromBinary(UserListSchema, first.body) });
  }

  /** The code of the ERROR that ends a login that must fail; the server closes after it. */
  static async refusal(port: number, account: Account, options: LoginOptions = {}): Promise<string> {
    const client = await TestClient.connect(port, account, options);
    const error = await client.nextError();
    await client.socket.closed;
    return error.code;
  }

  /** Sends a frame as it is. */
  sendFrame(opcode: number, sequence: number, body: Uint8Array): void {
    this.channel.queue(opcode, sequence, body);
    for (const record of this.channel.flush()) this.socket.send(record);
  }

  send<Schema extends DescMessage>(opcode: number, schema: Schema, body: MessageInitShape<Schema>): number {
    const sequence = ++this.#sequence;
    this.sendFrame(opcode, sequence, toBinary(schema, create(schema, body)));
    return sequence;
  }

  /** Sends a request and waits for its reply. */
  request<Schema extends DescMessage>(opcode: number, schema: Schema, body: MessageInitShape<Schema>): Promise<Frame> {
    return this.requestRaw(opcode, toBinary(schema, create(schema, body)));
  }

  async requestRaw(opcode: number, body: Uint8Array): Promise<Frame> {
    const sequence = ++this.#sequence;
    const reply = new Promise<Frame | undefined>((resolve) => this.#replies.set(sequence, resolve));
    this.sendFrame(opcode, sequence, body);
    const frame = await reply;
    if (frame === undefined) throw new Error('closed before the reply');
    return frame;
  }

  /** The reply must be OK. */
  async ok<Schema extends DescMessage>(opcode: number, schema: Schema, body: MessageInitShape<Schema>): Promise<Ok> {
    const frame = await this.request(opcode, schema, body);
    if (frame.opcode === Opcode.ERROR) throw new Error(`ERROR ${fromBinary(ErrorSchema, frame.body).code}`);
    if (frame.opcode !== Opcode.OK) throw new Error(`opcode ${frame.opcode} instead of OK`);
    return fromBinary(OkSchema, frame.body);
  }

  /** The reply must be an ERROR. */
  async error<Schema extends DescMessage>(opcode: number, schema: Schema, body: MessageInitShape<Schema>): Promise<WireError> {
    const frame = await this.request(opcode, schema, body);
    if (frame.opcode !== Opcode.ERROR) throw new Error(`opcode ${frame.opcode} instead of ERROR`);
    return fromBinary(ErrorSchema, frame.body);
  }

  /** The next frame that is no reply and, if given, has this opcode. Others stay. */
  async next(opcode?: number): Promise<Frame> {
    const accepts = (frame: Frame): boolean => opcode === undefined || frame.opcode === opcode;
    const index = this.#frames.findIndex(accepts);
    if (index !== -1) return this.#frames.splice(index, 1)[0]!;
    if (this.#isOver) throw new Error('the connection is over');
    const frame = await new Promise<Frame | undefined>((resolve) => this.#waiters.push({ accepts, resolve }));
    if (frame === undefined) throw new Error('the connection ended while waiting');
    return frame;
  }

  async nextBody<Schema extends DescMessage>(opcode: number, schema: Schema): Promise<MessageShape<Schema>> {
    return fromBinary(schema, (await this.next(opcode)).body);
  }

  async nextError(): Promise<WireError> {
    return this.nextBody(Opcode.ERROR, ErrorSchema);
  }

  /** Frames that wait to be read, by opcode. */
  waiting(opcode: number): number {
    return this.#frames.filter((frame) => frame.opcode === opcode).length;
  }

  ack(position: bigint): void {
    this.sendFrame(Opcode.ACK, 0, toBinary(AckSchema, create(AckSchema, { position })));
  }

  /** Goes away, and waits until the server has noticed. */
  async leave(): Promise<void> {
    this.sendFrame(Opcode.QUIT, 0, new Uint8Array(0));
    await this.socket.closed;
  }

  async #read(): Promise<void> {
    for (let record = await this.socket.receive(); record !== undefined; record = await this.socket.receive()) {
      for (const frame of this.channel.open(record)) this.#take(frame);
    }
    this.#isOver = true;
    for (const resolve of this.#replies.values()) resolve(undefined);
    for (const { resolve } of this.#waiters) resolve(undefined);
  }

  #take(frame: Frame): void {
    const reply = this.#replies.get(frame.sequence);
    if (reply !== undefined) {
      this.#replies.delete(frame.sequence);
      reply(frame);
      return;
    }
    const waiter = this.#waiters.findIndex(({ accepts }) => accepts(frame));
    if (waiter === -1) this.#frames.push(frame);
    else this.#waiters.splice(waiter, 1)[0]!.resolve(frame);
  }
}
