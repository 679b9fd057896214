import type { ParleyClient } from '../../src/client.ts';
import type { ClientEvent, ClientEventName } from '../../src/events.ts';

type EventOf<Name extends ClientEventName> = Extract<ClientEvent, { event: Name }>;

/** Everything a client has said, in order; each event is taken once. */
export class EventLog {
  readonly all: ClientEvent[] = [];
  #untaken: ClientEvent[] = [];
  #waiters: { test: (event: ClientEvent) => boolean; resolve: (event: ClientEvent) => void }[] = [];

  constructor(client: ParleyClient) {
    client.listen((event) => this.#add(event));
  }

  /** The oldest event of this name (for which `test` holds) that was not taken yet, or the next one. */
  next<Name extends ClientEventName>(name: Name, test: (event: EventOf<Name>) => boolean = () => true): Promise<EventOf<Name>> {
    const matches = (event: ClientEvent): boolean => event.event === name && test(event as EventOf<Name>);
    const index = this.#untaken.findIndex(matches);
    if (index !== -1) return Promise.resolve(this.#untaken.splice(index, 1)[0] as EventOf<Name>);
    return new Promise((resolve) => {
      this.#waiters.push({ test: matches, resolve: (event) => resolve(event as EventOf<Name>) });
    });
  }

  async take<Name extends ClientEventName>(name: Name, count: number): Promise<EventOf<Name>[]> {
    const events: EventOf<Name>[] = [];
    while (events.length < count) events.push(await this.next(name));
    return events;
  }

  of<Name extends ClientEventName>(name: Name): EventOf<Name>[] {
    return this.all.filter((event) => event.event === name) as EventOf<Name>[];
  }

  #add(event: ClientEvent): void {
    this.all.push(event);
    const index = this.#waiters.findIndex(({ test }) => test(event));
    const [waiter] = index === -1 ? [] : this.#waiters.splice(index, 1);
    if (waiter === undefined) this.#untaken.push(event);
    else waiter.resolve(event);
  }
}
