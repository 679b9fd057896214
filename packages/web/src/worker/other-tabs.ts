const CHANNEL = 'parley';
const YIELD = 'yield';
const OPENED = 'opened';
/** A tab that the browser has put to sleep does not answer. */
const YIELD_TIMEOUT_MS = 15_000;

interface OtherTabsHandlers {
  /** Another asks this one to let go of the account. */
  onYield(): void;
  /** Another has it open now. */
  onOpened(): void;
}

/** The other tabs and windows of this browser. One at a time has the account open; the lock on its vault says which. */
export class OtherTabs {
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #lock: string;

  /** @param lock name of the Web Lock that is held while the vault is open */
  constructor(lock: string, { onYield, onOpened }: OtherTabsHandlers) {
    this.#lock = lock;
    this.#channel.addEventListener('message', (event: MessageEvent) => {
      if (event.data === YIELD) onYield();
      else if (event.data === OPENED) onOpened();
    });
  }

  /** Tells them that this one has the account open from now on. */
  sayOpened(): void {
    this.#channel.postMessage(OPENED);
  }

  /** Whether one of them has the account open. */
  async haveIt(): Promise<boolean> {
    const { held = [] } = await navigator.locks.query();
    return held.some(({ name }) => name === this.#lock);
  }

  /** Resolves when none has it open any more. @throws DOMException when `signal` says so */
  async untilFree(signal: AbortSignal): Promise<void> {
    await navigator.locks.request(this.#lock, { signal }, () => {});
  }

  /** Asks the one that has it open to let go. @throws Error that says what to do */
  async takeOver(): Promise<void> {
    this.#channel.postMessage(YIELD);
    await this.untilFree(AbortSignal.timeout(YIELD_TIMEOUT_MS)).catch((cause: unknown) => {
      throw new Error('the other tab does not answer: close it, then try again', { cause });
    });
  }
}
