/**
 * The OK of a request whose message was pushed and is on no disk yet: it is due once nothing can lose that any more. There is one for each
 * message, so it does without the turns and objects of a promise.
 */
export class SafeReply {
  #isDue = false;
  #send: (() => void) | undefined;

  /** Nothing can lose the message any more. */
  readonly isSafe = (): void => {
    this.#isDue = true;
    this.#send?.();
  };

  /** Calls `send` once, when the OK is due: at once where it is. */
  whenSafe(send: () => void): void {
    this.#send = send;
    if (this.#isDue) send();
  }
}
