import { type Frame, type Opcode, ServerCheckError } from '@parley/protocol';
import type { Environment, Timer } from '../environment.ts';
import { ConnectError, LoginError } from '../errors.ts';
import { Seldom } from '../seldom.ts';
import { backoff } from './backoff.ts';
import { Connection } from './connection.ts';
import { type Credentials, type LoggedIn, logIn } from './login.ts';
import { type Nonsense, nonsenseIn } from './nonsense.ts';
import type { Push } from './pushes.ts';
import { isPassing, type Reply, type RequestError } from './reply.ts';
import type { ServerAddress } from './socket.ts';

/** A connection that lasted this long, and ended without nonsense, was a good one: the next failure starts from the shortest wait again. */
const STABLE_MS = 5_000;
/** The same nonsense is told once in so long. */
const NONSENSE_EVERY_MS = 60 * 60 * 1_000;

interface LinkHandlers {
  /** As they are at this moment. */
  credentials(): Credentials;
  /** Logged in. Frames come after this returns. */
  onOnline(connection: Connection, login: LoggedIn): void;
  onPush(push: Push, frame: Frame, connection: Connection): void;
  onError(error: RequestError): void;
  /** What comes makes no sense, which ends the connection, also before the login is done: once an hour of each such thing. */
  onNonsense(nonsense: Nonsense): void;
  /** The connection ended, or the first attempt failed. Once until the next `onOnline`. */
  onOffline(): void;
  /** Trying again would not help; the link has stopped. */
  onFatal(error: Error): void;
}

type State =
  | { readonly name: 'idle' | 'stopped' }
  | { readonly name: 'connecting' }
  | { readonly name: 'waiting'; readonly timer: Timer }
  | { readonly name: 'online'; readonly connection: Connection; readonly sinceMs: number };

/** Keeps a connection: logs in, and again after a wait when it fails or ends. */
export class Link {
  readonly #environment: Environment;
  readonly #address: ServerAddress;
  readonly #handlers: LinkHandlers;
  readonly #onlineWaiters: ((connection: Connection | undefined) => void)[] = [];
  readonly #attemptWaiters: (() => void)[] = [];
  /** End the wait of a question that is asked again. */
  readonly #sleepers = new Set<() => void>();
  #state: State = { name: 'idle' };
  #attempt = 0;
  #saidOffline = false;
  readonly #nonsenseTold: Seldom;
  #endsInNonsense = false;

  constructor(environment: Environment, address: ServerAddress, handlers: LinkHandlers) {
    this.#environment = environment;
    this.#address = address;
    this.#handlers = handlers;
    this.#nonsenseTold = new Seldom(environment, NONSENSE_EVERY_MS);
  }

  get connection(): Connection | undefined {
    return this.#state.name === 'online' ? this.#state.connection : undefined;
  }

  start(): void {
    if (this.#state.name === 'idle') void this.#connect();
  }

  /** For good. What waits for a connection is told so. */
  stop(): void {
    const state = this.#state;
    if (state.name === 'stopped') return;
    this.#state = { name: 'stopped' };
    if (state.name === 'waiting') state.timer.cancel();
    if (state.name === 'online') state.connection.close();
    for (const wake of this.#sleepers) wake();
    this.#settle(undefined);
  }

  /** Resolves when the first attempt to connect that is under way has ended, whichever way. */
  settled(): Promise<void> {
    if (this.#state.name !== 'connecting') return Promise.resolve();
    return new Promise((resolve) => this.#attemptWaiters.push(resolve));
  }

  /**
   * Asks as often as it takes until there is an answer that is not a passing error: for requests that may be carried out twice.
   * `lost` after `stop`.
   */
  async ask(opcode: Opcode, body: Uint8Array): Promise<Reply> {
    for (;;) {
      const connection = this.connection ?? (await this.#online());
      if (connection === undefined) return { kind: 'lost' };
      const reply = await new Promise<Reply>((resolve) => connection.send(opcode, body, resolve));
      if (reply.kind === 'lost') continue;
      if (!isPassing(reply)) return reply;
      const { waitMs } = reply.error;
      if (reply.error.code === 'rate_limited') connection.pause(waitMs);
      await this.#wait(waitMs);
    }
  }

  /** Shorter when the link stops meanwhile. */
  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = this.#environment.setTimer(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  #online(): Promise<Connection | undefined> {
    if (this.#state.name === 'stopped') return Promise.resolve(undefined);
    return new Promise((resolve) => this.#onlineWaiters.push(resolve));
  }

  async #connect(): Promise<void> {
    this.#state = { name: 'connecting' };
    const startedMs = this.#environment.monotonic();
    try {
      const login = await logIn(this.#environment, this.#address, this.#handlers.credentials());
      if (this.#stopped()) return login.socket.close();
      this.#begin(login);
    } catch (error) {
      if (this.#stopped()) return;
      if (error instanceof LoginError || error instanceof ServerCheckError) return this.#fail(error);
      if (!(error instanceof ConnectError)) return this.#fail(error as Error);
      const nonsense = nonsenseIn(error.cause);
      if (nonsense !== undefined) this.#nonsense(nonsense);
      this.#retry(error.retryAfterMs, this.#environment.monotonic() - startedMs);
    }
  }

  /** A method, so that the compiler does not take the state from before an `await` for the one after it. */
  #stopped(): boolean {
    return this.#state.name === 'stopped';
  }

  #begin(login: LoggedIn): void {
    const connection: Connection = new Connection(this.#environment, login, {
      onPush: (push, frame) => this.#handlers.onPush(push, frame, connection),
      onError: (error) => this.#handlers.onError(error),
      onNonsense: (nonsense) => this.#nonsense(nonsense),
      onFault: (error) => this.#fail(error as Error),
      onClose: () => this.#ended(connection),
    });
    this.#state = { name: 'online', connection, sinceMs: this.#environment.monotonic() };
    this.#saidOffline = false;
    this.#endsInNonsense = false;
    this.#handlers.onOnline(connection, login);
    connection.start();
    this.#settle(this.connection);
  }

  #ended(connection: Connection): void {
    const state = this.#state;
    if (state.name !== 'online' || state.connection !== connection) return;
    const lastedMs = this.#environment.monotonic() - state.sinceMs;
    if (lastedMs >= STABLE_MS && !this.#endsInNonsense) this.#attempt = 0;
    this.#retry(0, 0);
  }

  #nonsense(nonsense: Nonsense): void {
    this.#endsInNonsense = true;
    // Lengths and the like a server can choose.
    const what = nonsense.why.replaceAll(/\d+/g, '#');
    if (this.#nonsenseTold.isDue(what)) this.#handlers.onNonsense(nonsense);
  }

  #retry(retryAfterMs: number, tookMs: number): void {
    const { host } = this.#address;
    const waitMs = backoff({ attempt: this.#attempt, host, tookMs, random: this.#environment.random() });
    this.#attempt += 1;
    const timer = this.#environment.setTimer(() => void this.#connect(), Math.max(waitMs, retryAfterMs));
    this.#state = { name: 'waiting', timer };
    this.#settleAttempt();
    if (this.#saidOffline) return;
    this.#saidOffline = true;
    this.#handlers.onOffline();
  }

  #fail(error: Error): void {
    this.stop();
    this.#handlers.onFatal(error);
  }

  #settle(connection: Connection | undefined): void {
    if (connection === undefined && !this.#stopped()) return;
    for (const waiter of this.#onlineWaiters.splice(0)) waiter(connection);
    this.#settleAttempt();
  }

  #settleAttempt(): void {
    for (const waiter of this.#attemptWaiters.splice(0)) waiter();
  }
}
