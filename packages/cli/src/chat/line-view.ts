import type { ChatModel, ClientEvent, HistoryEntry } from '@parley/client';
import { neutralize } from '../sanitize.ts';
import { describe } from './describe.ts';
import { entryOf, type Layout } from './layout.ts';
import { shownCount } from './screen/status.ts';
import { Session } from './session.ts';

/** What the plain client shows: all that happens in all conversations, line by line; how they get in and out, and what rows they are, is not its business. */
export class LineView {
  readonly #model: ChatModel;
  readonly #session: Session;
  readonly #layout: Layout;
  readonly #print: (rows: string) => void;
  /** Of messages that were printed as they came: they are not printed again when their conversation is opened. */
  readonly #printed = new Set<string>();
  readonly #endFollowing: () => void;
  /** Who has written since the start. */
  readonly #heard = new Set<string>();
  #current: string | undefined;
  /** Where what was missed is printed as soon as it is loaded. */
  #catchingUp: string | undefined;

  /** @param print gets rows with line feeds between them */
  constructor(model: ChatModel, layout: Layout, print: (rows: string) => void) {
    this.#model = model;
    this.#layout = layout;
    this.#print = print;
    const say = (lines: readonly string[]): void => this.#say(...lines);
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
      if (unread > 0) this.#say(`${name} has written what you have not read (${shownCount(unread)}): /msg ${name} shows it.`);
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
      this.#printEntry(entryOf(event));
    } else this.#say(...describe(event, this.#model.client.user));
  }

  #follow(): void {
    const { current } = this.#model.state;
    if (current?.peer !== this.#current) {
      this.#current = current?.peer;
      this.#catchingUp = this.#current;
      this.#say(
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
    this.#printEntry(entry);
  }

  #printEntry(entry: HistoryEntry): void {
    this.#print(this.#layout.entry(entry).join('\n'));
  }

  #say(...lines: readonly string[]): void {
    if (lines.length > 0) this.#print(lines.flatMap((line) => this.#layout.notice(line)).join('\n'));
  }
}
