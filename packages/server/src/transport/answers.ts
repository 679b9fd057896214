import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HTTP_ANSWER_TIMEOUT_MS, MAX_HTTP_ANSWERS } from '@parley/protocol';
import type { Clock } from '../clock.ts';

/**
 * The answers to HTTP requests that have not left yet. Whoever asks on without reading would have them wait here, and the socket's
 * own timeout does not end who takes a byte now and then.
 */
export class Answers {
  readonly #clock: Clock;
  readonly #underWay = new WeakMap<Socket, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts the answer until it has left. False: there were too many, and the connection is over. */
  begin({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const underWay = this.#underWay.get(socket) ?? 0;
    if (underWay >= MAX_HTTP_ANSWERS) socket.destroy();
    if (socket.destroyed) return false;
    this.#underWay.set(socket, underWay + 1);
    const cancel = this.#clock.after(HTTP_ANSWER_TIMEOUT_MS, () => socket.destroy());
    response.once('close', () => {
      cancel();
      this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1);
    });
    return true;
  }
}
