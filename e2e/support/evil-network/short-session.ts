import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '@parley/client';
import { Opcode, parseInvite, toHex } from '@parley/protocol';
import { AckSchema, ListRequestSchema, MessageSchema, QuitSchema, UserQuerySchema } from '@parley/protocol/wire';
import type { RunningServer } from '@parley/server';
import { logIn } from '../../../packages/client/src/connection/login.ts';
import { Account } from '../../../packages/server/test/support/account.ts';
import { TestClient } from '../../../packages/server/test/support/client.ts';
import { RawSocket } from '../../../packages/server/test/support/raw-socket.ts';
import { messageOf } from '../../../packages/server/test/support/server.ts';
import { type Canary, find, keyCanaries, textCanaries } from '../canaries.ts';
import { within } from '../process.ts';
import type { Carried } from './carried.ts';
import type { Change } from './change.ts';
import type { EvilNetwork } from './evil-network.ts';
import type { ServerWitness } from './server-witness.ts';
import { SessionClient } from './short-session-client.ts';
import { HOST, type Setting, setTheScene } from './short-session-setting.ts';
import type { SkippingClock } from './skipping-clock.ts';

const TEXT_OF_ALICE = 'the heron stands at the weir';
const TEXT_OF_BOB = 'geraniums on the windowsill';
/** Where nothing has moved for so long, nothing will until a deadline: that is come then. */
const QUIET_MS = 25;
const SKIP_MS = 10_000;

/** What has come of one session. */
export interface Seen {
  /** What Alice's client has accepted, in order. */
  readonly alice: string[];
  /** What has reached Bob. */
  readonly bob: string[];
  /** Logins that the server has accepted, and the codes for which it has ended handshakes and sessions. */
  readonly logins: number;
  readonly codes: readonly string[];
  /** Why Alice has not got in. */
  readonly refused: Error | undefined;
  /** What Alice's client was told, or has said by itself, when it was in. */
  readonly errors: SessionClient['errors'];
  readonly carried: Carried;
  /** What was found on the wire and must not be there. */
  readonly found: readonly string[];
}

/**
 * Sessions of one user, Alice, whose client is the SDK's own connection, with the real server through an evil network. In each she logs
 * in, asks LIST and USER, says something to Bob, is answered, ACKs that and QUITs: seven messages each way, as `expected` names them.
 * Bob's connection, which the evil does not touch, sees what comes of it.
 */
export class ShortSessions implements AsyncDisposable {
  readonly network: EvilNetwork;
  readonly #stack: AsyncDisposableStack;
  readonly #server: RunningServer;
  readonly #witness: ServerWitness;
  readonly #environment: Environment;
  readonly #clock: SkippingClock;
  readonly #alice: Account;
  readonly #bob: TestClient;
  readonly #conversation: Uint8Array;
  readonly #canaries: readonly Canary[];
  /** Up to where Alice's mailbox is delivered: of each answer she has had one. */
  #position: bigint;
  #number = 0;
  #toBob: string[] = [];

  private constructor(stack: AsyncDisposableStack, setting: Setting) {
    const { server, witness, network, environment, clock, alice, bob, conversation, position } = setting;
    this.#stack = stack;
    this.#server = server;
    this.#witness = witness;
    this.network = network;
    this.#environment = environment;
    this.#clock = clock;
    this.#alice = alice;
    this.#bob = bob;
    this.#conversation = conversation;
    this.#position = position;
    const { deviceId, channel } = alice.device();
    this.#canaries = [
      ...[alice.username, bob.account.username, TEXT_OF_ALICE, TEXT_OF_BOB].flatMap(textCanaries),
      ...keyCanaries("Alice's channel key", channel.publicKey),
      { name: "Alice's device id", bytes: Buffer.from(deviceId) },
    ];
    void this.#readBob();
  }

  static async start(): Promise<ShortSessions> {
    await using stack = new AsyncDisposableStack();
    const setting = await setTheScene(stack);
    return new ShortSessions(stack.move(), setting);
  }

  /** What comes of the session of this number when nobody touches it. */
  expected(number: number): Pick<Seen, 'alice' | 'bob'> {
    const [alice, bob] = [this.#alice, this.#bob.account];
    const both = `${alice.username}, ${bob.username}`;
    return {
      alice: [
        `in, with ${both}`,
        `LIST: ${both}`,
        `USER: ${bob.username} ${toHex(bob.identity.publicKey)}`,
        'OK',
        `MESSAGE: ${TEXT_OF_BOB} ${number}`,
        'QUIT: bye',
      ],
      bob: [`MESSAGE: ${TEXT_OF_ALICE} ${number}`],
    };
  }

  /** Of the session that `run` has run last. */
  get number(): number {
    return this.#number;
  }

  /**
   * Runs one, to its end at both ends.
   * @param mayStall after the change both ends may wait for what does not come: time is skipped until one has enough of it
   */
  async run(change: Change | undefined, mayStall = false): Promise<Seen> {
    this.#number += 1;
    this.network.changeNext(change);
    this.#witness.forget();
    this.#toBob = [];
    const idle = this.#server.connections;
    const alice = new SessionClient();
    const stopSkipping = mayStall ? this.#skipWhereQuiet() : async () => {};
    try {
      const over = async (): Promise<void> => {
        await this.#live(alice);
        while (this.#server.connections > idle || this.#witness.sessions > 0) {
          // What has become an ordinary HTTP request leaves connections that Node would keep for a next one, by the system's clock.
          if (change !== undefined && 'streamBit' in change) this.network.cut();
          await nextTurn();
        }
      };
      await within(over(), `session ${this.#number} to end after ${JSON.stringify(change)}`);
    } finally {
      await stopSkipping();
    }
    await this.#hearBob();
    const { carried } = this.network;
    return {
      ...{ alice: alice.accepted, bob: this.#toBob, refused: alice.refused, errors: alice.errors, carried },
      ...{ logins: this.#witness.logins, codes: this.#witness.codes, found: find(this.#canaries, carried.everything) },
    };
  }

  /** What a session of another user has carried. */
  async stranger(): Promise<Carried> {
    this.network.changeNext(undefined);
    const carol = new Account('carol-beyond-the-dyke');
    const { token } = parseInvite((await this.#server.createInvite()).link);
    const client = await TestClient.logIn(this.network.port, carol, { registration: carol.registration(token) });
    for (let number = 0; number < 4; number += 1) await client.request(Opcode.LIST, ListRequestSchema, {});
    await client.leave();
    return this.network.carried;
  }

  /** Sends the server what the client of a session has sent it. */
  async replay(session: Carried): Promise<{ logins: number; codes: readonly string[]; answers: number }> {
    this.#witness.forget();
    const socket = await RawSocket.open(this.#server.port);
    for (const message of session.messages('up')) socket.send(message);
    let answers = 0;
    while ((await within(socket.receive(), 'the server to close')) !== undefined) answers += 1;
    return { logins: this.#witness.logins, codes: this.#witness.codes, answers };
  }

  /** All that Alice does, until her connection is over. */
  async #live(alice: SessionClient): Promise<void> {
    const address = { host: HOST, port: this.network.port, tls: false };
    const { username } = this.#alice;
    const { deviceId, channel: channelKey } = this.#alice.device();
    const caPin = this.#server.caPin;
    const credentials = { username, deviceId, channelKey, position: this.#position, registration: undefined };
    try {
      const login = await logIn(this.#environment, address, { ...credentials, caPin, lowestCrlNumber: 0n });
      alice.enter(this.#environment, login);
    } catch (error) {
      alice.refused = error as Error;
      return;
    }
    const list = alice.ask(Opcode.LIST, ListRequestSchema, {});
    await nextTurn(); // a record of its own for each
    const user = alice.ask(Opcode.USER, UserQuerySchema, { username: this.#bob.account.username });
    if ([await list, await user].includes('lost')) return alice.over;
    const message = messageOf(this.#conversation, `${TEXT_OF_ALICE} ${this.#number}`);
    if ((await alice.ask(Opcode.MESSAGE, MessageSchema, message)) !== 'ok') return alice.over;
    const answered = this.#answer();
    const position = await Promise.race([alice.pushed, alice.over]);
    if (position !== undefined) {
      alice.notify(Opcode.ACK, AckSchema, { position });
      await nextTurn();
      alice.notify(Opcode.QUIT, QuitSchema, {});
    }
    await alice.over;
    await answered;
  }

  /** Bob says something; resolves when nothing can lose it any more. */
  async #answer(): Promise<void> {
    this.#position += 1n;
    await this.#bob.ok(Opcode.MESSAGE, MessageSchema, messageOf(this.#conversation, `${TEXT_OF_BOB} ${this.#number}`));
  }

  async #readBob(): Promise<void> {
    for (;;) {
      const message = await this.#bob.nextBody(Opcode.MESSAGE, MessageSchema).catch(() => undefined);
      if (message === undefined) return;
      this.#toBob.push(`MESSAGE: ${Buffer.from(message.ciphertext)}`);
      this.#bob.ack(message.position);
    }
  }

  /** Whatever the server has pushed to Bob has been read. */
  async #hearBob(): Promise<void> {
    await this.#bob.request(Opcode.LIST, ListRequestSchema, { limit: 1 });
    while (this.#bob.waiting(Opcode.PRESENCE) > 0) await this.#bob.next(Opcode.PRESENCE);
  }

  /** Until the result is called. */
  #skipWhereQuiet(): () => Promise<void> {
    let isOver = false;
    const skip = async (): Promise<void> => {
      while (!isOver) {
        const { carried } = this.network;
        const { bytes } = carried;
        await delay(QUIET_MS);
        // However busy this process and the disk are: what was under way is brought, and answered, before this is.
        await this.#bob.request(Opcode.USER, UserQuerySchema, { username: this.#alice.username });
        if (!isOver && carried.isChanged && carried.bytes === bytes) this.#clock.skip(SKIP_MS);
      }
    };
    const skipping = skip();
    return () => {
      isOver = true;
      return skipping;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
