import type { ParleyClient } from '../client.ts';
import type { Environment, Timer } from '../environment.ts';
import type { ClientEvent } from '../events.ts';
import type { HistoryEntry } from '../history.ts';
import { Presence } from './presence.ts';
import { type ChatState, type ConnectionState, type ConversationState, MAX_UNREAD, type RequestState } from './state.ts';
import { Timeline } from './timeline.ts';

/** While messages come in, the mark up to where they were read is stored no more often than this. */
const MARK_INTERVAL_MS = 2_000;

/**
 * What a screen shows, without a screen: which conversations there are and what is new in them, who asks, who is on line, and the
 * conversation that is looked at. Terminal and web draw the same `state`; what people do goes to the client.
 */
export class ChatModel {
  readonly client: ParleyClient;
  readonly #presence = new Presence();
  /** Messages that have not been looked at, by peer; its order is that of the conversations. */
  readonly #unread = new Map<string, number>();
  /** Ids that were counted as unread when the model was loaded: the client tells those again that it does not know to have told. */
  readonly #counted = new Set<string>();
  readonly #newestAt = new Map<string, number>();
  readonly #safetyNumbers = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #ends: (() => void)[];
  readonly #environment: Pick<Environment, 'setTimer'>;
  #server: string | undefined;
  #connection: ConnectionState = 'connecting';
  #timeline: Timeline | undefined;
  /** Who was looked at before. */
  #previous: string | undefined;
  #mark: Timer | undefined;
  #isAway = false;
  #state: ChatState | undefined;
  #error: unknown;

  /** Of a client that has not been started. @throws VaultError `damaged` */
  static async open(client: ParleyClient, environment: Pick<Environment, 'setTimer'>): Promise<ChatModel> {
    const model = new ChatModel(client, environment);
    await model.#load();
    return model;
  }

  private constructor(client: ParleyClient, environment: Pick<Environment, 'setTimer'>) {
    this.client = client;
    this.#environment = environment;
    this.#ends = [client.listenInBatches((events) => this.#happened(events)), client.watch(() => this.#stored())];
  }

  get state(): ChatState {
    this.#state ??= this.#draw();
    return this.#state;
  }

  /** Calls `listener` when `state` may be another. Returns a function that ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The one who was looked at last, or who was active last. */
  get last(): string | undefined {
    const peers = [...this.#unread.keys()];
    const opened = (peer: string): number => this.client.readMark(peer).openedAt;
    return peers.reduce<string | undefined>(
      (best, peer) => (best === undefined || opened(peer) > opened(best) ? peer : best),
      undefined,
    );
  }

  /** Looks at the conversation with a user from now on; typed text goes there. Resolves when it is loaded. */
  async open(peer: string): Promise<void> {
    if (this.#timeline?.peer === peer) return;
    this.#previous = this.#timeline?.peer;
    this.#leave();
    const readPosition = this.client.readMark(peer).position;
    const timeline = new Timeline({
      history: this.client.history,
      peer,
      readPosition,
      onChange: () => this.#changed(),
      onError: (error) => this.#failed(error),
    });
    this.#timeline = timeline;
    if (this.#unread.has(peer)) this.#unread.set(peer, 0);
    this.#changed();
    await timeline.refresh();
    // Who has gone on meanwhile has not seen it.
    if (this.#timeline === timeline && !this.#isAway) this.#markCurrent();
  }

  /**
   * Whether anybody looks at the screen. What comes while nobody does is unread, and new when they look again, in the conversation
   * that is open too.
   */
  look(isLooking: boolean): void {
    if (this.#isAway === !isLooking) return;
    this.#isAway = !isLooking;
    if (this.#timeline === undefined) return;
    if (this.#isAway) {
      if (this.#mark !== undefined) this.#markCurrent();
      this.#timeline.expectNew();
    } else {
      this.#unread.set(this.#timeline.peer, 0);
      this.#markCurrent();
      this.#changed();
    }
  }

  /** Looks at no conversation any more. */
  close(): void {
    this.#leave();
    this.#changed();
  }

  /** Reads a page of what was said before in the current conversation. */
  async loadOlder(): Promise<void> {
    await this.#timeline?.loadOlder();
  }

  /** Reads back to a position of the current conversation. False where that is too far. */
  async loadBackTo(position: number): Promise<boolean> {
    return (await this.#timeline?.loadBackTo(position)) ?? false;
  }

  /** What was read is marked as read, and then as `ParleyClient.quit`. */
  async quit(): Promise<void> {
    this.#leave();
    await this.client.quit();
    for (const end of this.#ends) end();
  }

  /** What made the vault unreadable, if anything did: the client has been ended then. */
  get error(): unknown {
    return this.#error;
  }

  async #load(): Promise<void> {
    // All at once: storage that answers later than it is asked is waited for once, not for each of a thousand conversations.
    const found = await Promise.all(this.client.people.talkingTo.map((peer) => this.#summarize(peer)));
    for (const { peer, unread } of found.sort((a, b) => b.last - a.last || (a.peer < b.peer ? -1 : 1)))
      this.#unread.set(peer, unread);
    this.#stored();
  }

  async #summarize(peer: string): Promise<{ peer: string; last: number; unread: number }> {
    const [newest] = await this.client.history.page(peer, { limit: 1 });
    if (newest !== undefined) this.#newestAt.set(peer, newest.at);
    return { peer, last: newest?.position ?? 0, unread: await this.#countUnread(peer, newest) };
  }

  /** Messages of theirs behind the mark, as far as it is worth counting. */
  async #countUnread(peer: string, newest: HistoryEntry | undefined): Promise<number> {
    let after = this.client.readMark(peer).position;
    let count = 0;
    while (newest !== undefined && after < newest.position && count < MAX_UNREAD) {
      const page = await this.client.history.page(peer, { after, limit: MAX_UNREAD });
      const theirs = page.filter(({ from }) => from === peer);
      for (const { id } of theirs) this.#counted.add(id);
      count += theirs.length;
      after = page.at(-1)?.position ?? newest.position;
    }
    return Math.min(MAX_UNREAD, count);
  }

  #happened(events: readonly ClientEvent[]): void {
    for (const event of events) this.#note(event);
    this.#changed();
  }

  #note(event: ClientEvent): void {
    this.#presence.note(event);
    switch (event.event) {
      case 'ready':
        this.#server = event.server;
        this.#connection = 'online';
        break;
      case 'online':
      case 'offline':
        this.#connection = event.event;
        break;
      case 'message':
        this.#newestAt.set(event.from, event.at);
        this.#arrived(event.from, event.id);
        break;
      case 'deleted':
        void this.#timeline?.remove(event.id);
        break;
      case 'error':
        if (event.code === 'unreadable' && event.user !== undefined) this.#arrived(event.user, undefined);
        if (event.code === 'unknown_user' && event.user === this.#timeline?.peer) this.#goBack();
    }
  }

  #arrived(from: string, id: string | undefined): void {
    if (this.#timeline?.peer === from && !this.#isAway) {
      this.#mark ??= this.#environment.setTimer(() => this.#markCurrent(), MARK_INTERVAL_MS);
    } else if (id === undefined || !this.#counted.delete(id)) {
      this.#unread.set(from, Math.min(MAX_UNREAD, (this.#unread.get(from) ?? 0) + 1));
    }
  }

  #stored(): void {
    const { talkingTo, asked } = this.client.people;
    for (const peer of [...talkingTo, ...asked]) if (!this.#unread.has(peer)) this.#unread.set(peer, 0);
    void this.#timeline?.refresh();
    this.#changed();
  }

  #markCurrent(): void {
    this.#mark?.cancel();
    this.#mark = undefined;
    // What has come and was not read from the vault yet has not been shown.
    const shown = this.#timeline?.state;
    if (shown?.isLoaded) this.client.markRead(shown.peer, shown.entries.at(-1)?.position ?? 0);
  }

  #leave(): void {
    if (this.#timeline === undefined) return;
    if (this.#mark !== undefined) this.#markCurrent();
    const newest = this.#timeline.state.entries.at(-1);
    if (newest !== undefined) this.#newestAt.set(this.#timeline.peer, newest.at);
    this.#timeline.close();
    this.#timeline = undefined;
  }

  /** There is nobody of the name that was opened. */
  #goBack(): void {
    if (this.#previous === undefined) this.close();
    else void this.open(this.#previous);
  }

  #failed(error: unknown): void {
    this.#error ??= error;
    void this.client.quit();
  }

  #changed(): void {
    this.#state = undefined;
    for (const listener of this.#listeners) listener();
  }

  #draw(): ChatState {
    const { client } = this;
    const { talkingTo, asking, asked, blocked } = client.people;
    // Whoever asks again later may do so with another key.
    for (const name of this.#safetyNumbers.keys()) if (!asking.includes(name)) this.#safetyNumbers.delete(name);
    // Whoever was asked is one to talk with, too: an answer may still come.
    const shown = new Set([...talkingTo, ...asked]);
    const peers = [...this.#unread.keys()].filter((peer) => shown.has(peer));
    return {
      user: client.user,
      server: this.#server,
      connection: this.#connection,
      conversations: peers.map((peer) => this.#conversation(peer)),
      requests: asking.map((from) => this.#request(from)),
      asked,
      online: blocked.length === 0 ? this.#presence.online : this.#presence.online.filter((user) => !blocked.includes(user)),
      current: this.#timeline?.state,
    };
  }

  #conversation(peer: string): ConversationState {
    return {
      peer,
      unread: this.#unread.get(peer) ?? 0,
      canTalk: this.client.mayWriteTo(peer),
      isOnline: this.#presence.isOnline(peer),
      newestAt: this.#newestWith(peer),
    };
  }

  #newestWith(peer: string): number | undefined {
    const shown = this.#timeline?.peer === peer ? this.#timeline.state.entries.at(-1) : undefined;
    return shown?.at ?? this.#newestAt.get(peer);
  }

  #request(from: string): RequestState {
    const safetyNumber = this.#safetyNumbers.get(from) ?? this.client.contact(from)?.safetyNumber ?? '';
    if (safetyNumber !== '') this.#safetyNumbers.set(from, safetyNumber);
    return { from, safetyNumber };
  }
}
