import { type LoggedInClient, sendAndReceive, type TestServer, talk } from './server.ts';

/** Two users who talk all the while: whatever a test does to the server, they must go on. */
export class Witness {
  readonly #zoe: LoggedInClient;
  readonly #yan: LoggedInClient;
  readonly #conversation: Uint8Array;

  private constructor(zoe: LoggedInClient, yan: LoggedInClient, conversation: Uint8Array) {
    this.#zoe = zoe;
    this.#yan = yan;
    this.#conversation = conversation;
  }

  static async start(server: TestServer): Promise<Witness> {
    const zoe = await server.register('zoe');
    const yan = await server.register('yan');
    return new Witness(zoe, yan, await talk(zoe, yan));
  }

  /** Fails unless the server still serves them. */
  async check(): Promise<void> {
    await sendAndReceive(this.#zoe, this.#yan, this.#conversation, 'are you there?');
    await sendAndReceive(this.#yan, this.#zoe, this.#conversation, 'still here');
  }
}
