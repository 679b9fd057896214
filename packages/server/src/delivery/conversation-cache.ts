import type { ConversationEntry, Store } from '../store/store.ts';

const MAX_CACHED = 10_000;

/**
 * Who belongs to a conversation in an epoch, and whether it is usable. Members change only with the epoch, so those of an entry of
 * the epoch asked for are right as long as that epoch is the current one. Whether it is usable changes when it is replaced or a
 * user's device list changes: who does that has it forgotten. The store checks both again in its transaction.
 */
export class ConversationCache {
  readonly #store: Pick<Store, 'findConversation'>;
  readonly #cache = new Map<string, ConversationEntry>();
  /** Rises with everything that is forgotten: what was being read meanwhile may be of before. */
  #forgotten = 0;

  constructor(store: Pick<Store, 'findConversation'>) {
    this.#store = store;
  }

  /** The conversation, of that epoch if it is the current one. Answers from memory without waiting. */
  find(conversation: Uint8Array, epoch: bigint): ConversationEntry | Promise<ConversationEntry | undefined> {
    const cached = this.#cache.get(cacheKey(conversation));
    return cached?.epoch === epoch ? cached : this.#read(conversation);
  }

  /** It was replaced. */
  forget(conversation: Uint8Array): void {
    this.#forgotten += 1;
    this.#cache.delete(cacheKey(conversation));
  }

  /** The device list of this user has changed. */
  forgetUser(username: string): void {
    this.#forgotten += 1;
    for (const [key, { users }] of this.#cache) if (users.includes(username)) this.#cache.delete(key);
  }

  async #read(conversation: Uint8Array): Promise<ConversationEntry | undefined> {
    const forgotten = this.#forgotten;
    const entry = await this.#store.findConversation(conversation);
    if (entry === undefined || forgotten !== this.#forgotten) return entry;
    const key = cacheKey(conversation);
    this.#cache.delete(key); // to the end: what was read last is kept longest
    this.#cache.set(key, entry);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > MAX_CACHED && !oldest.done) this.#cache.delete(oldest.value);
    return entry;
  }
}

function cacheKey(conversation: Uint8Array): string {
  return Buffer.from(conversation.buffer, conversation.byteOffset, conversation.length).toString('latin1');
}
