import { create, toBinary } from '@bufbuild/protobuf';
import { type Frame, MAX_LIST, Opcode } from '@parley/protocol';
import { ListRequestSchema, QuitSchema, type UserList } from '@parley/protocol/wire';
import type { Connection } from './connection/connection.ts';
import { Link } from './connection/link.ts';
import type { LoggedIn } from './connection/login.ts';
import { inWords } from './connection/nonsense.ts';
import type { Push } from './connection/pushes.ts';
import type { RequestError } from './connection/reply.ts';
import { formatAddress } from './connection/socket.ts';
import { credentialsOf, isUnregistered, registered } from './conversations/account.ts';
import type { Context } from './conversations/context.ts';
import { Healer } from './conversations/healer.ts';
import { Inbox } from './conversations/inbox.ts';
import { forgetOldKeyPackages, publishKeyPackages } from './conversations/key-packages.ts';
import { KeyPublisher } from './conversations/key-publisher.ts';
import { openGroup } from './conversations/open-group.ts';
import { Outbox } from './conversations/outbox.ts';
import { expireRequests, showRequest } from './conversations/requests.ts';
import { forgetOldIds } from './conversations/seen-ids.ts';
import { ShownRequests } from './conversations/shown-requests.ts';
import { tellError } from './conversations/tell.ts';
import { usersOnline } from './conversations/users-online.ts';
import type { Environment, Timer } from './environment.ts';
import { LoginError } from './errors.ts';
import type { ClientEvent, Telling } from './events.ts';
import { RequestState } from './gen/rows_pb.ts';
import type { Records } from './records/records.ts';
import { SteadyTime } from './records/steady-time.ts';
import { Seldom } from './seldom.ts';

/** After our QUIT the server has so long to end the connection. */
const QUIT_TIMEOUT_MS = 2_000;
/** What a server can make the client tell as often as it likes is told once in so long. */
const TOLD_EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

interface MessengerHandlers {
  emit(events: readonly ClientEvent[]): Telling;
  /** Whether this client is the one to tell an event that is told once. */
  takes(event: ClientEvent): boolean;
  /** Something was finished: look again whether all is. */
  onProgress(): void;
  /** It cannot go on: the login is refused for good, the server failed a check, or the vault is broken. */
  onOver(error: Error): void;
}

/** Ties the parts together: link, inbox, outbox and what the vault holds. */
export class Messenger {
  readonly context: Context;
  readonly link: Link;
  readonly #inbox: Inbox;
  readonly #healer: Healer;
  readonly #publisher: KeyPublisher;
  readonly #handlers: MessengerHandlers;
  readonly #time: SteadyTime;
  /** Groups being made for requests that the user has accepted, by that other user. */
  readonly #openings = new Map<string, Promise<void>>();
  readonly #shownRequests: ShownRequests;
  #daily: Timer | undefined;
  #wasOnline = false;
  #wasOffline = false;
  #over = false;

  constructor(environment: Environment, records: Records, handlers: MessengerHandlers) {
    this.#handlers = handlers;
    this.#shownRequests = new ShownRequests((request) => records.requests.rows.has(request));
    const time = new SteadyTime(environment, records.progress());
    this.#time = time;
    const told = new Seldom(environment, TOLD_EVERY_MS);
    const outbox = new Outbox(records, environment, (key, reply) => this.#inbox.reply(key, reply));
    this.link = new Link(environment, records.account, {
      credentials: () => credentialsOf(records),
      onOnline: (connection, login) => this.#online(connection, login),
      onPush: (push, frame, connection) => this.#pushed(push, frame, connection),
      onError: (error) => this.#refused(error),
      onNonsense: (nonsense) => tellError(this.context, undefined, nonsense.code, inWords(nonsense)),
      onOffline: () => this.#offline(),
      onFatal: (error) => this.fail(error),
    });
    this.context = {
      environment,
      records,
      outbox,
      time: () => time.now(),
      isDue: (what) => told.isDue(what),
      emit: (event) => {
        const telling = handlers.emit([event]);
        if (telling !== undefined) this.#run(telling);
      },
      ask: (opcode, body) => this.link.ask(opcode, body),
      openGroup: (request) => this.#open(request),
      publishKeys: (reason) => this.#publisher.publish(reason),
      present: (user) => this.#healer.present(user),
      heal: (conversation) => this.#healer.heal(conversation),
      showOnce: (request, user) => this.#showOnce(request, user),
    };
    records.tellWith(handlers.emit, handlers.takes);
    this.#healer = new Healer(this.context, (error) => this.fail(error));
    this.#publisher = new KeyPublisher({
      publish: (reason) => publishKeyPackages(this.context, () => this.#over, reason),
      onBroken: (error) => this.fail(error),
    });
    this.#inbox = new Inbox(this.context, { onIdle: () => handlers.onProgress(), onBroken: (error) => this.fail(error) });
  }

  /** Goes on with what an earlier run left, then connects. */
  async start(): Promise<void> {
    await this.#tidyUp();
    const { requests } = this.context.records;
    for (const [key, row] of requests.rows) if (row.state === RequestState.ACCEPTING) this.#open(key);
    this.link.start();
  }

  /** Drops what has expired, now and every day. */
  async #tidyUp(): Promise<void> {
    if (this.#over) return;
    this.#daily = this.context.environment.setTimer(() => {
      this.#run(this.#tidyUp());
      if (this.link.connection !== undefined) this.context.publishKeys();
    }, DAY_MS);
    await expireRequests(this.context);
    await forgetOldIds(this.context);
    await forgetOldKeyPackages(this.context);
    await this.#noteTime();
  }

  #noteTime(): Promise<void> {
    const { records } = this.context;
    return records.transact(async (transaction) => {
      records.putProgress(transaction, { ...records.progress(transaction), ...this.#time.note() });
    });
  }

  /** Resolves when no group is being made for a request of this user. */
  opened(user: string): Promise<void> {
    return this.#openings.get(user) ?? Promise.resolve();
  }

  /** Whether all that was to be sent has its answer. */
  get isSettled(): boolean {
    return this.#openings.size === 0 && this.#inbox.isIdle && this.context.outbox.size === 0;
  }

  /** One `users` event. */
  async list(): Promise<void> {
    const reply = await this.#page('');
    if (reply !== undefined) await this.#showUsers(reply);
  }

  /** QUIT, once what was asked before is answered; resolves when the connection has ended. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#daily?.cancel();
    this.#healer.stop();
    this.#publisher.stop();
    const { connection } = this.link;
    if (connection !== undefined) {
      connection.notify(Opcode.QUIT, toBinary(QuitSchema, create(QuitSchema, {})));
      await connection.ended(QUIT_TIMEOUT_MS);
    }
    this.link.stop();
    await Promise.all(this.#openings.values());
    await this.context.records.idle();
  }

  /** Stops for good. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#daily?.cancel();
    this.#healer.stop();
    this.#publisher.stop();
    this.link.stop();
    this.#handlers.onOver(error instanceof Error ? error : new Error(String(error)));
  }

  #online(connection: Connection, login: LoggedIn): void {
    const { records, outbox, emit } = this.context;
    const { account } = records;
    this.#run(this.#learn(login));
    const isFirst = !this.#wasOnline;
    this.#wasOnline = true;
    if (isFirst) emit({ event: 'ready', user: account.username, server: formatAddress(account) });
    if (isFirst) this.#run(records.tellRest());
    if (this.#wasOffline) emit({ event: 'online' });
    this.#wasOffline = false;
    this.#run(this.#showUsers(login.users));
    outbox.online(connection);
    this.#healer.online();
    if (!isFirst) return;
    for (const [key, row] of records.requests.rows) {
      if (!row.outgoing && row.state === RequestState.PENDING) this.#showOnce(key, row.peer);
    }
    this.context.publishKeys();
  }

  /** Stores what the login taught. */
  async #learn(login: LoggedIn): Promise<void> {
    const { records } = this.context;
    await records.transact(async (transaction) => {
      const progress = records.progress(transaction);
      const crlNumber = String(login.crlNumber);
      if (progress.crlNumber !== crlNumber) records.putProgress(transaction, { ...progress, crlNumber });
      const account = records.accountIn(transaction);
      // The server knows this device now.
      if (isUnregistered(account)) records.putAccount(transaction, registered(account));
    });
  }

  #offline(): void {
    this.context.outbox.offline();
    this.#wasOffline = true;
    // After a QUIT of one's own the end of the connection is no news.
    if (!this.#over) this.context.emit({ event: 'offline' });
    this.#handlers.onProgress();
  }

  #pushed(push: Push, frame: Frame, connection: Connection): void {
    if (push.kind === 'item') this.#inbox.item(frame, push.position, connection);
    else if (push.kind === 'presence') this.#inbox.presence(push.presence);
    else if (push.quit.reason === 'replaced') this.fail(new LoginError('replaced', 'this account has logged in elsewhere'));
    else connection.close();
  }

  #refused(error: RequestError): void {
    const { records } = this.context;
    if (this.context.isDue(error.code)) tellError(this.context, undefined, error.code, error.message);
    if (error.code !== 'state_mismatch') return;
    // The server's positions are not the ones we remember: what it sends now is told apart by ids alone.
    const forget = records.transact(async (transaction) => {
      records.putProgress(transaction, { ...records.progress(transaction), position: 0n });
    });
    this.#run(forget);
  }

  #showOnce(request: string, user: string): void {
    if (this.#wasOnline && this.#shownRequests.add(request)) showRequest(this.context, user);
  }

  #open(request: string): void {
    const user = this.context.records.requests.rows.get(request)?.peer;
    if (user === undefined) return;
    const opening: Promise<void> = openGroup(this.context, request).then(
      () => this.#opened(user, opening),
      (error: unknown) => this.fail(error),
    );
    this.#openings.set(user, opening);
  }

  #opened(user: string, opening: Promise<void>): void {
    if (this.#openings.get(user) === opening) this.#openings.delete(user);
    this.#handlers.onProgress();
  }

  async #page(after: string): Promise<UserList | undefined> {
    const body = toBinary(ListRequestSchema, create(ListRequestSchema, { after, limit: MAX_LIST }));
    const reply = await this.link.ask(Opcode.LIST, body);
    if (reply.kind === 'users') return reply.users;
    if (reply.kind === 'error') {
      const message = `the server does not say who is on line: ${reply.error.message}`;
      tellError(this.context, undefined, reply.error.code, message);
    }
    return undefined;
  }

  async #showUsers(first: UserList): Promise<void> {
    const found = await usersOnline(first, (after) => this.#page(after));
    if (found === undefined) return;
    const { names, problem } = found;
    this.context.emit({ event: 'users', users: names.map((user) => ({ user, online: true })) });
    if (problem !== undefined) tellError(this.context, undefined, problem.code, problem.message);
  }

  /** What runs in the background fails as the whole does. */
  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.fail(error));
  }
}
