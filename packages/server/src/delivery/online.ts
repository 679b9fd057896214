import type { DeviceKey } from '../store/device-key.ts';

/** What the registry needs to know of a session. */
export interface Presentable {
  readonly username: string;
  readonly device: DeviceKey;
  /** Session number from the store: the higher one of a device counts. */
  readonly number: number;
}

/** Who is on line: the one owner of that state. A user is on line while one of its devices is. */
export class Online<S extends Presentable> {
  readonly #byUser = new Map<string, Map<DeviceKey, S>>();
  /** The keys of `#byUser`, sorted. */
  readonly #names: string[] = [];

  /** Whether a session has been overtaken by a newer login of its device. */
  isOvertaken({ username, device, number }: Presentable): boolean {
    const current = this.#byUser.get(username)?.get(device);
    return current !== undefined && current.number > number;
  }

  /** Enters a session that has just logged in; `replaced` is what it took the place of. */
  enter(session: S): { replaced: S | undefined; isFirst: boolean } {
    const isFirst = !this.#byUser.has(session.username);
    const devices = this.#byUser.get(session.username) ?? this.#addUser(session.username);
    const replaced = devices.get(session.device);
    devices.set(session.device, session);
    return { replaced, isFirst };
  }

  /** True when this was the user's last device. A session that was replaced has left before. */
  leave(session: S): boolean {
    const devices = this.#byUser.get(session.username);
    if (devices?.get(session.device) !== session) return false;
    devices.delete(session.device);
    if (devices.size > 0) return false;
    this.#byUser.delete(session.username);
    this.#names.splice(this.#indexAfter(session.username) - 1, 1);
    return true;
  }

  has(username: string): boolean {
    return this.#byUser.has(username);
  }

  sessionsOf(username: string): Iterable<S> {
    return this.#byUser.get(username)?.values() ?? [];
  }

  *sessions(): Iterable<S> {
    for (const devices of this.#byUser.values()) yield* devices.values();
  }

  /** Names that start with `prefix` and come after `after`, sorted, at most `limit`; `next` is '' when that was all. */
  page(query: { prefix: string; after: string; limit: number }): { names: string[]; next: string } {
    const start = query.after >= query.prefix ? this.#indexAfter(query.after) : this.#indexOf(query.prefix);
    const names: string[] = [];
    for (let i = start; i < this.#names.length; i++) {
      const name = this.#names[i] ?? '';
      if (!name.startsWith(query.prefix)) break;
      if (names.length === query.limit) return { names, next: names.at(-1) ?? '' };
      names.push(name);
    }
    return { names, next: '' };
  }

  #addUser(username: string): Map<DeviceKey, S> {
    const devices = new Map<DeviceKey, S>();
    this.#byUser.set(username, devices);
    this.#names.splice(this.#indexOf(username), 0, username);
    return devices;
  }

  /** Index of the first name that is not below `name`. */
  #indexOf(name: string): number {
    let low = 0;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexAfter(name: string): number {
    const index = this.#indexOf(name);
    return this.#names[index] === name ? index + 1 : index;
  }
}
