import type { ChatModel, ClientEvent, HistoryEntry } from '@parley/client';
import { neutralize } from '../sanitize.ts';
import { describe, describeEntry } from './describe.ts';
import { Session } from './session.ts';

/** What the plain client shows: all that happens in all conversations, line by line; how lines get in and out is not its business. */
export class LineView {
  readonly #model: ChatModel;
  readonly #session: Session;
  readonly #print: (line: string) => void;
  /** Of messages that were printed as they came: they are not printed again when their conversation is opened. */
  readonly #printed = new Set<string>();
  readonly #endFollowing: () => void;
  /** Who has written since the start. */
  readonly #heard = new Set<string>();
  #current: string | undefined;
  /** Where what was missed is printed as soon as it is loaded. */
  #catchingUp: string | undefined;

  constructor(model: ChatModel, print: (line: string) => void) {
    this.#model = model;
    this.#print = print;
    const say = (lines: readonly string[]): void => lines.forEach(print);
    this.#session = new Session(model, { say, list: say, clear: () => {}, quit: () => void this.quit(), keys: [] });
    model.client.listen((event) => this.#show(event));
    this.#endFollowing = model.subscribe(() => this.#follow());
  }

  /** Whom text goes to. */
  get current(): string | undefined {
    return this.#current;
  }

  type(line: string): void {
    this.#session.type(line);
  }

  /** What came while nobody looked. */
  greet(): void {
    for (const { peer, unread } of this.#model.state.conversations) {
      const name = neutralize(peer);
      if (unread > 0) this.#print(`${name} has written what you have not read (${unread}): /msg ${name} shows it.`);
    }
  }

  /** Says QUIT. All that was printed has been read. */
  async quit(): Promise<void> {
    for (const peer of this.#heard) if (peer !== this.#current) this.#model.client.markRead(peer);
    // That there is no conversation then is no news.
    this.#endFollowing();
    await this.#model.quit();
  }

  #show(event: ClientEvent): void {
    if (event.event === 'message') {
      this.#printed.add(event.id);
      this.#heard.add(event.from);
    }
    for (const line of describe(event, this.#model.client.user)) this.#print(line);
  }

  #follow(): void {
    const { current } = this.#model.state;
    if (current?.peer !== this.#current) {
      this.#current = current?.peer;
      this.#catchingUp = this.#current;
      this.#print(
        this.#current === undefined
          ? 'What you write now goes to nobody.'
          : `What you write now goes to ${neutralize(this.#current)}.`,
      );
    }
    if (current === undefined || !current.isLoaded || this.#catchingUp !== current.peer) return;
    this.#catchingUp = undefined;
    const first = current.entries.findIndex(({ id }) => id === current.newFrom);
    for (const entry of first < 0 ? [] : current.entries.slice(first)) this.#catchUp(entry);
  }

  #catchUp(entry: HistoryEntry): void {
    if (entry.from === this.#model.client.user || this.#printed.has(entry.id)) return;
    for (const line of describeEntry(entry)) this.#print(line);
  }
}
