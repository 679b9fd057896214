import { isUsername, MAX_WAITING_COMMANDS, MESSAGE_ID_BYTES, toHex } from '@parley/protocol';
import type { Context } from './conversations/context.ts';
import { deleteMessages } from './conversations/delete-messages.ts';
import { Lanes } from './conversations/lanes.ts';
import { accept, block, cancel, refuse, request } from './conversations/requests.ts';
import { type About, tellError } from './conversations/tell.ts';
import { TypedQueue } from './conversations/typed-queue.ts';
import type { Environment } from './environment.ts';
import { type ClientEvent, type EventListener, Events } from './events.ts';
import { Knowledge } from './knowledge.ts';
import { Messenger } from './messenger.ts';
import { Records } from './records/records.ts';
import type { Vault } from './vault/vault.ts';
import { keepDraft, markRead } from './views.ts';

export interface ClientOptions {
  readonly environment: Environment;
  readonly vault: Vault;
  /**
   * Which of the events that are told once (messages, answers, `sent`, errors about what was stored) this client takes; all, if left out.
   * It hears of the others as they happen too, and leaves them to be told by the next client of this vault: a program that only
   * sends takes no message from the one that listens. Of what earlier clients have left it is told what it takes.
   */
  readonly takes?: (event: ClientEvent) => boolean;
}

/** The lane of deletions; no name of a user. */
const DELETING = '';
/** `quit` waits this long for the answers to what was sent before. */
const FLUSH_TIMEOUT_MS = 10_000;

/**
 * A person's client: connects and stays connected, asks, answers, sends. What happens comes as events, also what becomes of each
 * command: commands return at once, wait while off line, and never throw. What is sent is in the vault before it goes out and
 * until the server has answered OK, also over restarts.
 */
export class ParleyClient extends Knowledge {
  readonly #environment: Environment;
  readonly #events = new Events();
  readonly #messenger: Messenger;
  readonly #typed: TypedQueue;
  readonly #lanes = new Lanes(MAX_WAITING_COMMANDS);
  readonly #over: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #waiters: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();
  #started: Promise<void> = Promise.resolve();
  #quitting: Promise<void> | undefined;
  #toDelete: string[] = [];
  #lists = 0;
  #state: 'new' | 'running' | 'over' = 'new';

  /**
   * For the account in an open vault, which stays the caller's to close after `done`.
   * @throws VaultError `not_found` when it holds no account
   */
  static async open({ environment, vault, takes = () => true }: ClientOptions): Promise<ParleyClient> {
    return new ParleyClient(environment, await Records.load(vault, environment.mls), takes);
  }

  private constructor(environment: Environment, records: Records, takes: (event: ClientEvent) => boolean) {
    super();
    this.#environment = environment;
    this.#messenger = new Messenger(environment, records, {
      emit: (events) => this.#events.emit(events),
      takes,
      onProgress: () => this.#progress(),
      onOver: (error) => this.#end(error),
    });
    this.#typed = new TypedQueue(this.#messenger.context, {
      onProgress: () => this.#progress(),
      onBroken: (error) => this.#messenger.fail(error),
    });
    records.watchWith(() => {
      for (const watcher of this.#watchers) watcher();
    });
    // Whoever does not ask how it ended is not to be ended by it.
    this.#over.promise.catch(() => {});
  }

  protected override get context(): Context {
    return this.#messenger.context;
  }

  /** Calls `watcher` whenever `history`, `people` or another answer of this client may be another. Returns a function that ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Calls `listener` with everything that happens. Returns a function that ends it. */
  listen(listener: (event: ClientEvent) => void): () => void {
    return this.listenInBatches((events) => events.forEach(listener));
  }

  /**
   * The same, with all that was stored together. When `listener` returns, or its promise resolves, it counts as told: after that it is
   * not told again, should the process be killed, and before that it is. Nothing else is stored meanwhile.
   */
  listenInBatches(listener: EventListener): () => void {
    return this.#events.listen(listener);
  }

  /**
   * Resolves after `quit`. Rejects with what trying again does not heal: LoginError, ServerCheckError, or a VaultError.
   */
  get done(): Promise<void> {
    return this.#over.promise;
  }

  /** Starts to connect, and to reconnect from then on; resolves before it has succeeded. Listen first. @throws VaultError */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#started = this.#messenger.start();
    await this.#started;
  }

  /** Who is on line: one `users` event. */
  list(): void {
    if (!this.#takes()) return;
    this.#lists += 1;
    const finished = (): void => {
      this.#lists -= 1;
      this.#progress();
    };
    this.#messenger.list().then(finished, (error: unknown) => this.#messenger.fail(error));
  }

  /** Whether something that was just asked about this user is still to be stored: what is said of them may be another then. */
  isBusyWith(user: string): boolean {
    return this.#lanes.isBusy(user);
  }

  request(user: string): void {
    this.#command(user, request);
  }

  accept(user: string): void {
    this.#command(user, accept);
  }

  refuse(user: string): void {
    this.#command(user, refuse);
  }

  cancel(user: string): void {
    this.#command(user, cancel);
  }

  block(user: string): void {
    this.#command(user, block);
  }

  /**
   * `id` comes back in `sent`, or in the `error` that says why it was not sent.
   * @returns the id of the message itself, hex: what `delete` takes
   */
  send(user: string, text: string, id: string): string {
    const messageId = this.#environment.crypto.randomBytes(MESSAGE_ID_BYTES);
    if (this.#takes()) {
      const message = { to: user, text, tag: id, messageId };
      // What was asked before about this user has to be stored first.
      if (this.#lanes.isBusy(user)) this.#job(user, { id, user }, async () => this.#typed.add(message));
      else this.#typed.add(message);
    }
    return toHex(messageId);
  }

  /**
   * Deletes a message (by its id in hex), or what marks one as missing, from this device: when `deleted` comes, no byte of it is left in
   * the vault's files. The other user keeps it. One's own that has not gone out is not sent; `error` with `not_sent` where it may have.
   */
  delete(id: string): void {
    if (!this.#takes()) return;
    if (this.#toDelete.length >= MAX_WAITING_COMMANDS) {
      this.#complain('quota_exceeded', 'too many messages wait to be deleted', { id });
      return;
    }
    // What is asked for in one go is done in one: the vault is written anew each time.
    this.#toDelete.push(id);
    if (this.#toDelete.length > 1) return;
    const isTaken = this.#job(DELETING, { id }, async () => {
      // One of them may have been typed a moment ago.
      await this.#typed.store();
      await deleteMessages(this.#messenger.context, this.#toDelete.splice(0));
    });
    if (!isTaken) this.#toDelete = [];
  }

  /** The conversation with this user has been read up to this position (all that is stored, if left out), and is the one looked at now. */
  markRead(user: string, position?: number): void {
    if (!this.#takes()) return;
    markRead(this.#messenger.context, user, position).catch((error: unknown) => this.#messenger.fail(error));
  }

  /** Keeps what is being typed to this user, sealed as everything is; '' when it was sent. */
  keepDraft(user: string, text: string): void {
    if (!this.#takes()) return;
    keepDraft(this.#messenger.context, user, text).catch((error: unknown) => this.#messenger.fail(error));
  }

  /** Resolves when everything asked and sent has its answer, however long the server is away; also when the client has ended. */
  async flush(): Promise<void> {
    while (!this.#isSettled()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /**
   * Waits for the answers to what was sent, says QUIT and ends. While the server is away it does not wait: what has no OK is in
   * the vault and goes out with the next start. Never rejects: what goes wrong is for `done` to say.
   */
  quit(): Promise<void> {
    this.#quitting ??= this.#quit();
    return this.#quitting;
  }

  async #quit(): Promise<void> {
    try {
      await this.#finish();
      this.#end(undefined);
    } catch (error) {
      this.#messenger.fail(error);
    }
  }

  async #finish(): Promise<void> {
    await this.#started.catch(() => {});
    await this.#messenger.link.settled();
    if (this.#messenger.link.connection !== undefined) await this.#flushWhileOnline();
    if (this.#takes()) {
      await this.#typed.store();
      await this.#messenger.stop();
      // What waited for the server waits no more.
      while (!this.#lanes.isIdle) await new Promise<void>((resolve) => this.#waiters.push(resolve));
      await this.#typed.store();
      await this.#messenger.context.records.idle();
    }
  }

  #command(user: string, act: (context: Context, user: string) => Promise<void>): void {
    if (!this.#takes()) return;
    if (!isUsername(user)) {
      this.#complain('malformed', 'this is not a user name', { user });
      return;
    }
    this.#job(user, { user }, async () => {
      await this.#messenger.opened(user);
      await act(this.#messenger.context, user);
    });
  }

  /** False when it was not taken, which the user is told. */
  #job(lane: string, about: About, act: () => Promise<void>): boolean {
    const job = (): Promise<void> => act().catch((error: unknown) => this.#messenger.fail(error));
    const isTaken = this.#lanes.run(lane, job, () => this.#progress());
    if (!isTaken) this.#complain('quota_exceeded', 'too many commands wait for the server', about);
    return isTaken;
  }

  async #flushWhileOnline(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#environment.setTimer(resolve, FLUSH_TIMEOUT_MS);
      const check = (): void => {
        const isOnline = this.#messenger.link.connection !== undefined;
        if (isOnline && !this.#isSettled()) return void this.#waiters.push(check);
        timer.cancel();
        resolve();
      };
      check();
    });
  }

  #isSettled(): boolean {
    if (this.#state === 'over') return true;
    const isQuiet = this.#typed.isEmpty && this.#lists === 0;
    return isQuiet && this.#lanes.isIdle && this.#messenger.isSettled;
  }

  #progress(): void {
    const waiters = this.#waiters.splice(0);
    for (const waiter of waiters) waiter();
  }

  #end(error: Error | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    if (error === undefined) this.#over.resolve();
    else this.#over.reject(error);
    this.#progress();
  }

  #takes(): boolean {
    return this.#state !== 'over';
  }

  #complain(code: 'malformed' | 'quota_exceeded', message: string, about: About): void {
    tellError(this.#messenger.context, undefined, code, message, about);
  }
}
