import type { ClientEvent } from '../events.ts';

/** Who is on line, as far as the server says: all that LIST names, and contacts as they come and go. */
export class Presence {
  readonly #online = new Set<string>();
  #list: readonly string[] | undefined;

  note(event: ClientEvent): void {
    if (event.event === 'users') {
      this.#online.clear();
      for (const { user, online } of event.users) if (online) this.#online.add(user);
    } else if (event.event === 'presence') {
      if (event.online) this.#online.add(event.user);
      else this.#online.delete(event.user);
    } else if (event.event === 'offline') {
      // Nobody says any more when they leave.
      this.#online.clear();
    } else return;
    this.#list = undefined;
  }

  /** The same object until somebody comes or goes. */
  get online(): readonly string[] {
    this.#list ??= [...this.#online];
    return this.#list;
  }

  isOnline(user: string): boolean {
    return this.#online.has(user);
  }
}
