import type { ConversationEntry, Store } from '../store/store.ts';

const MAX_CACHED = 10_000;

/**
 * Who belongs to a conversation in an epoch. Members change only with the epoch, so an entry of the epoch asked for is right as
 * long as that epoch is the current one, and that the store checks again in its transaction.
 */
export class ConversationCache {
  readonly #store: Pick<Store, 'findConversation'>;
  readonly #cache = new Map<string, ConversationEntry>();

  constructor(store: Pick<Store, 'findConversation'>) {
    this.#store = store;
  }

  /** The conversation, of that epoch if it is the current one. Answers from memory without waiting. */
  find(conversation: Uint8Array, epoch: bigint): ConversationEntry | Promise<ConversationEntry | undefined> {
    const cached = this.#cache.get(cacheKey(conversation));
    return cached?.epoch === epoch ? cached : this.#read(conversation);
  }

  async #read(conversation: Uint8Array): Promise<ConversationEntry | undefined> {
    const entry = await this.#store.findConversation(conversation);
    if (entry === undefined) return undefined;
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
