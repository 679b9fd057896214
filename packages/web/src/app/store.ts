import type { ChatState } from '@parley/client';
import type { Stage } from '../bridge/calls.ts';
import { applyPatch } from '../bridge/patch.ts';
import { type Push, Remote, type RemoteError } from '../bridge/remote.ts';
import type { Happening } from '../bridge/wire.ts';

/** All that the page draws. Never changed in place. */
export interface AppState {
  readonly stage: Stage;
  readonly chat: ChatState | undefined;
}

/** The worker's script did not come whole, or something in it threw that nobody caught: there is nothing behind the page then. */
const BROKEN = {
  name: 'WorkerError',
  code: undefined,
  message: 'What Parley runs on has stopped in this browser. Nothing that was sent is lost.',
};

/** What the worker has told, for React's `useSyncExternalStore`, and the way to ask it. */
export class Store {
  readonly remote: Remote;
  readonly #listeners = new Set<() => void>();
  readonly #hearers = new Set<(happening: Happening) => void>();
  #state: AppState = { stage: { name: 'starting' }, chat: undefined };

  constructor(worker: Worker) {
    this.remote = new Remote(worker, (push) => this.#pushed(push));
    worker.addEventListener('error', () => this.#pushed({ stage: { name: 'ended', problem: BROKEN } }));
  }

  readonly getState = (): AppState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Has the worker look what this browser holds. */
  async begin(): Promise<void> {
    await this.remote.call('begin').catch((problem: RemoteError) => this.#pushed({ stage: { name: 'ended', problem } }));
  }

  /** Calls `hearer` with everything that happens. Returns a function that ends it. */
  hear(hearer: (happening: Happening) => void): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  #pushed(push: Push): void {
    if ('happened' in push) {
      for (const hearer of this.#hearers) hearer(push.happened);
      return;
    }
    this.#state =
      'stage' in push
        ? { ...this.#state, stage: push.stage }
        : { ...this.#state, chat: push.chat === undefined ? undefined : applyPatch(this.#state.chat, push.chat) };
    for (const listener of this.#listeners) listener();
  }
}
