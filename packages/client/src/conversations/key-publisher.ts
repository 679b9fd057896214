import type { PublishReason } from './key-packages.ts';

/** From the weakest; the stronger ones do all that the weaker ones do. */
const STRENGTH: readonly (PublishReason | undefined)[] = [undefined, 'low', 'foreign'];

interface KeyPublisherHandlers {
  publish(reason: PublishReason | undefined): Promise<void>;
  onBroken(error: unknown): void;
}

/** Publishes KeyPackages once at a time. What is wanted meanwhile is done once afterwards, for the strongest reason there was. */
export class KeyPublisher {
  readonly #handlers: KeyPublisherHandlers;
  #isPublishing = false;
  #next: PublishReason | undefined;
  #isOver = false;

  constructor(handlers: KeyPublisherHandlers) {
    this.#handlers = handlers;
  }

  /** Without a reason: if it is due, which what is under way has looked at already. */
  publish(reason?: PublishReason): void {
    if (this.#isOver) return;
    if (this.#isPublishing) {
      if (STRENGTH.indexOf(reason) > STRENGTH.indexOf(this.#next)) this.#next = reason;
      return;
    }
    this.#isPublishing = true;
    this.#handlers.publish(reason).then(
      () => this.#published(),
      (error: unknown) => this.#handlers.onBroken(error),
    );
  }

  /** Nothing new is begun. */
  stop(): void {
    this.#isOver = true;
  }

  #published(): void {
    this.#isPublishing = false;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.publish(next);
  }
}
