import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint, Protocol } from '../../../bench/load/endpoint.ts';
import { parleyProtocol } from '../../../bench/load/parley.ts';
import { Latencies } from '../latencies.ts';
import { settles } from '../settles.ts';

const TICK_MS = 2;
const MESSAGE_BYTES = 300;
/** One logs in so often, and leaves. */
const LOGIN_EVERY_MS = 200;

/** What happened to them in some time. */
export interface Experience {
  /** From sending to arrival, and from the TCP connection to the end of the login, milliseconds. */
  readonly messages: Latencies;
  readonly logins: Latencies;
  readonly problems: readonly string[];
}

/** Pairs that talk at a steady rate, and others who log in now and then, as real clients do: whole logins, records, OK and ACK. */
export class HonestUsers {
  readonly #protocol: Protocol;
  readonly #endpoints: readonly Endpoint[];
  readonly #firstGuest: number;
  readonly #guests: number;
  /** By receiver: when what is on its way was sent. */
  readonly #sentMs: number[][];
  #messages: number[] = [];
  #problems: string[] = [];
  #logins = 0;

  private constructor(protocol: Protocol, endpoints: readonly Endpoint[], guests: number) {
    this.#protocol = protocol;
    this.#endpoints = endpoints;
    this.#firstGuest = endpoints.length;
    this.#guests = guests;
    this.#sentMs = endpoints.map(() => []);
    for (const [index, endpoint] of endpoints.entries()) {
      endpoint.onArrived = (count) => this.#arrived(index, count);
      endpoint.onLost = (reason) => this.#problems.push(`a user was cut off: ${reason}`);
    }
  }

  /** @param accounts the file of the accounts: those of the pairs, then those of the guests */
  static async connect(port: number, accounts: string, pairs: number, guests: number): Promise<HonestUsers> {
    const protocol = parleyProtocol({ protocol: 'parley', port, messageBytes: MESSAGE_BYTES, accounts });
    const endpoints: Endpoint[] = [];
    while (endpoints.length < 2 * pairs) endpoints.push(await protocol.connect(endpoints.length));
    return new HonestUsers(protocol, endpoints, guests);
  }

  /** They talk while `work` lasts, `perSecond` messages of all together; returns when all has arrived. */
  async during(work: Promise<unknown>, perSecond: number): Promise<Experience> {
    this.#messages = [];
    this.#problems = [];
    const over = new AbortController();
    const logins: number[] = [];
    const startMs = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startMs) / 1_000) * perSecond);
      for (; sent < due; sent += 1) this.#send(Math.floor(Math.random() * this.#endpoints.length));
    }, TICK_MS);
    const guests = this.#logInNowAndThen(logins, over.signal);
    await work.finally(() => over.abort());
    clearInterval(timer);
    await guests;
    if (!(await settles(() => this.#sentMs.every(({ length }) => length === 0))))
      this.#problems.push('some messages have not arrived');
    return { messages: new Latencies(this.#messages), logins: new Latencies(logins), problems: this.#problems };
  }

  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  #send(from: number): void {
    this.#sentMs[from ^ 1]?.push(performance.now());
    this.#endpoints[from]?.send(1);
  }

  #arrived(index: number, count: number): void {
    const nowMs = performance.now();
    for (const sentMs of this.#sentMs[index]?.splice(0, count) ?? []) this.#messages.push(nowMs - sentMs);
  }

  async #logInNowAndThen(logins: number[], over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const startMs = performance.now();
      const guest = this.#firstGuest + (this.#logins % this.#guests);
      this.#logins += 1;
      try {
        const endpoint = await this.#protocol.connect(guest);
        logins.push(performance.now() - startMs);
        endpoint.close();
      } catch (error) {
        this.#problems.push(`a user did not get in: ${error instanceof Error ? error.message : error}`);
      }
      await delay(LOGIN_EVERY_MS, undefined, { signal: over }).catch(() => {});
    }
  }
}
