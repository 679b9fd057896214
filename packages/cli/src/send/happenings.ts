import type { ClientEvent, ParleyClient } from '@parley/client';

/** What a delivery waits for: what the client says, and `interrupted` (Ctrl+C) or `late` (a deadline has passed). */
export type Happening = ClientEvent | { readonly event: 'interrupted' | 'late' };

/** What happens to a client, to be taken one by one by whoever waits for something. */
export class Happenings {
  readonly #untaken: Happening[] = [];
  readonly #failed: Promise<never>;
  #wake: () => void = () => {};

  constructor(client: ParleyClient, interrupted: AbortSignal) {
    client.listen((event) => this.#add(event));
    const interrupt = (): void => this.#add({ event: 'interrupted' });
    if (interrupted.aborted) interrupt();
    else interrupted.addEventListener('abort', interrupt, { once: true });
    this.#failed = new Promise((_, reject) => client.done.catch(reject));
    this.#failed.catch(() => {});
  }

  /** The oldest that was not taken, or the next one. @throws LoginError, ServerCheckError, VaultError: the client has ended by it */
  async next(): Promise<Happening> {
    for (;;) {
      const happening = this.#untaken.shift();
      if (happening !== undefined) return happening;
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), this.#failed]);
    }
  }

  /** Those that have come and were not taken. */
  rest(): Happening[] {
    return this.#untaken.splice(0);
  }

  /** `late` happens after this time. Returns a function that calls it off. */
  deadline(milliseconds: number): () => void {
    const timer = setTimeout(() => this.#add({ event: 'late' }), milliseconds);
    return () => clearTimeout(timer);
  }

  #add(happening: Happening): void {
    this.#untaken.push(happening);
    this.#wake();
  }
}
