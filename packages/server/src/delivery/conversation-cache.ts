import { MAX_CACHED_CONVERSATIONS } from '@parley/protocol';
import type { ConversationEntry } from '../store/entries.ts';
import type { Store } from '../store/store.ts';

/**
 * Who belongs to a conversation in an epoch. What is here is how things stand: whoever has the store change a conversation forgets it
 * here in the same turn, and what the store is asked after that, it answers after that.
 */
export class ConversationCache {
  readonly #store: Pick<Store, 'findConversation'>;
  readonly #cache = new Map<string, ConversationEntry>();
  /** Rises with whatever is forgotten: an answer that was asked for before is not kept. */
  #changes = 0;

  constructor(store: Pick<Store, 'findConversation'>) {
    this.#store = store;
  }

  /** The conversation, of that epoch if it is the current one. Answers from memory without waiting. */
  find(conversation: Uint8Array, epoch: bigint): ConversationEntry | Promise<ConversationEntry | undefined> {
    const cached = this.#cache.get(cacheKey(conversation));
    return cached?.epoch === epoch ? cached : this.#read(conversation);
  }

  /** Whether an entry that was found is how things stand at this moment. */
  isCurrent(entry: ConversationEntry): boolean {
    return this.#cache.get(cacheKey(entry.conversation)) === entry;
  }

  /** A COMMIT or REPLACE for this conversation goes to the store. */
  forget(conversation: Uint8Array): void {
    this.#changes += 1;
    this.#cache.delete(cacheKey(conversation));
  }

  /** This user's devices or blocks are about to change. */
  forgetUser(username: string): void {
    this.#changes += 1;
    for (const [key, { users }] of this.#cache) if (users.includes(username)) this.#cache.delete(key);
  }

  async #read(conversation: Uint8Array): Promise<ConversationEntry | undefined> {
    const changes = this.#changes;
    const entry = await this.#store.findConversation(conversation);
    if (entry === undefined || changes !== this.#changes) return entry;
    const key = cacheKey(conversation);
    this.#cache.delete(key); // to the end: what was read last is kept longest
    this.#cache.set(key, entry);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > MAX_CACHED_CONVERSATIONS && !oldest.done) this.#cache.delete(oldest.value);
    return entry;
  }
}

function cacheKey(conversation: Uint8Array): string {
  return Buffer.from(conversation.buffer, conversation.byteOffset, conversation.length).toString('latin1');
}
