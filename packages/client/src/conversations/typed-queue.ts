import { MAX_WAITING_COMMANDS } from '@parley/protocol';
import type { Context } from './context.ts';
import { compose, type Typed } from './outgoing-messages.ts';
import { tellError } from './tell.ts';

/** Messages that are encrypted and stored in one go. */
const MAX_BATCH = 128;

interface Handlers {
  /** Something was finished: look again whether all is. */
  onProgress(): void;
  onBroken(error: unknown): void;
}

/** What was typed and is not stored yet: all of one turn of the event loop is stored together. */
export class TypedQueue {
  readonly #context: Context;
  readonly #handlers: Handlers;
  readonly #typed: Typed[] = [];
  #isDraining = false;

  constructor(context: Context, handlers: Handlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  get isEmpty(): boolean {
    return this.#typed.length === 0 && !this.#isDraining;
  }

  /** Too many are refused, which the user is told. */
  add(message: Typed): void {
    if (this.#typed.length >= MAX_WAITING_COMMANDS) {
      const about = { id: message.tag, user: message.to };
      tellError(this.#context, undefined, 'quota_exceeded', 'too many messages wait to be sent', about);
      return;
    }
    this.#typed.push(message);
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#context.environment.defer(() => void this.#drain());
  }

  /** Resolves when all that was typed so far is stored. @throws VaultError */
  async store(): Promise<void> {
    while (this.#typed.length > 0) {
      const batch = this.#typed.splice(0, MAX_BATCH);
      await this.#context.records.transact(async (transaction) => compose(this.#context, transaction, batch));
    }
  }

  async #drain(): Promise<void> {
    try {
      await this.store();
    } catch (error) {
      this.#handlers.onBroken(error);
    }
    this.#isDraining = false;
    this.#handlers.onProgress();
  }
}
