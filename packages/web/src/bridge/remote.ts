import type { Problem } from './calls.ts';
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

/** The worker, as the page sees it. */
export class Remote {
  readonly #worker: Pick<Worker, 'postMessage' | 'addEventListener'>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor(worker: Pick<Worker, 'postMessage' | 'addEventListener'>, onPush: (push: Push) => void) {
    this.#worker = worker;
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

  #answered(message: Extract<WorkerMessage, { answer: number }>): void {
    const waiting = this.#waiting.get(message.answer);
    this.#waiting.delete(message.answer);
    if ('problem' in message) waiting?.reject(new RemoteError(message.problem));
    else waiting?.resolve(message.value);
  }
}
