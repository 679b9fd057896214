import { ChatModel, type ChatState, type Environment, ParleyClient, type Vault } from '@parley/client';
import { type ChatPatch, patchOf } from '../bridge/patch.ts';
import type { Happening } from '../bridge/wire.ts';
import { happeningOf } from './happenings.ts';

/** The page draws no more often than this, so nothing is sent more often: 60 times a second. */
const FRAME_MS = 16;

interface Handlers {
  onPatch(patch: ChatPatch): void;
  onHappened(happening: Happening): void;
  /** It cannot go on. */
  onEnded(error: unknown): void;
}

/** An account whose vault is open: its client runs, and what changes on its screen is told. */
export class OpenAccount {
  readonly model: ChatModel;
  readonly vault: Vault;
  readonly #handlers: Handlers;
  #sent: ChatState | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosing = false;

  /** Starts to connect. @throws VaultError */
  static async open(vault: Vault, environment: Environment, handlers: Handlers): Promise<OpenAccount> {
    const client = await ParleyClient.open({ environment, vault });
    const model = await ChatModel.open(client, environment);
    const account = new OpenAccount(vault, model, handlers);
    if (model.last !== undefined) await model.open(model.last);
    account.#send();
    await client.start();
    return account;
  }

  private constructor(vault: Vault, model: ChatModel, handlers: Handlers) {
    this.vault = vault;
    this.model = model;
    this.#handlers = handlers;
    model.subscribe(() => this.#changed());
    model.client.listen((event) => {
      const happening = happeningOf(event);
      if (happening !== undefined) handlers.onHappened(happening);
    });
    model.client.done.then(
      () => this.#ended(model.error),
      (error: unknown) => this.#ended(error),
    );
  }

  get client(): ParleyClient {
    return this.model.client;
  }

  /** Says QUIT, stores what is still to be stored, and wipes the keys. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.model.quit();
    clearTimeout(this.#timer);
    await this.vault.close();
  }

  #ended(error: unknown): void {
    if (!this.#isClosing) this.#handlers.onEnded(error);
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => this.#send(), FRAME_MS);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { state } = this.model;
    const patch = patchOf(this.#sent, state);
    this.#sent = state;
    if (patch !== undefined) this.#handlers.onPatch(patch);
  }
}
