import { CLOSED, type Problem } from './calls.ts';
import type { Answer, Arguments, CallMessage, CallName, WorkerMessage } from './wire.ts';

/** What the worker tells without having been asked. */
export type Push = Exclude<WorkerMessage, { answer: number }>;

/** A `Problem` of the worker, thrown on the page. */
export class RemoteError extends Error implements Problem {
  override readonly name: string;
  readonly code: string | undefined;

  constructor({ name, code, message }: Problem) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** For what is asked while an account is being closed: there is nothing to be told any more. @throws whatever else it is */
export function closing(error: unknown): void {
  if (!(error instanceof RemoteError) || error.code !== CLOSED) throw error;
}

/** The worker, as the page sees it. */
export class Remote {
  readonly #worker: Pick<Worker, 'postMessage' | 'addEventListener'>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #onPush: (push: Push) => void;
  #calls = 0;

  constructor(worker: Pick<Worker, 'postMessage' | 'addEventListener'>, onPush: (push: Push) => void) {
    this.#worker = worker;
    this.#onPush = onPush;
    worker.addEventListener('message', (event) => {
      const message = (event as MessageEvent).data as WorkerMessage;
      if ('answer' in message) this.#answered(message);
      else onPush(message);
    });
  }

  /** @throws RemoteError */
  call<Name extends CallName>(name: Name, ...parameters: Arguments<Name>): Promise<Answer<Name>> {
    this.#calls += 1;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#calls, answer);
    const message: CallMessage = { id: this.#calls, name, arguments: parameters };
    this.#worker.postMessage(message);
    return answer.promise as Promise<Answer<Name>>;
  }

  /** Asks for something whose answer nobody waits for. What went wrong is told with what happens. */
  tell<Name extends CallName>(name: Name, ...parameters: Arguments<Name>): void {
    this.call(name, ...parameters).catch((error: RemoteError) => {
      if (error.code === CLOSED) return;
      this.#onPush({ happened: { what: 'problem', code: error.code ?? error.name, message: error.message, user: undefined } });
    });
  }

  #answered(message: Extract<WorkerMessage, { answer: number }>): void {
    const waiting = this.#waiting.get(message.answer);
    this.#waiting.delete(message.answer);
    if ('problem' in message) waiting?.reject(new RemoteError(message.problem));
    else waiting?.resolve(message.value);
  }
}
