import { complete, type Names } from './completion.ts';
import { type Draft, type Edit, EMPTY, edit, insert, moveLine } from './editor.ts';
import { TypedBefore } from './typed-before.ts';

/** No conversation is open. */
const NOBODY = '';

/** The input line: what is being typed in each conversation, what was typed before, and what Tab offers. */
export class Typing {
  readonly #drafts = new Map<string, Draft>();
  readonly #before = new TypedBefore();
  #conversation = NOBODY;
  #draft: Draft = EMPTY;
  #choices: readonly string[] = [];

  get draft(): Draft {
    return this.#draft;
  }

  /** What it could be that is to be completed. */
  get choices(): readonly string[] {
    return this.#choices;
  }

  /** What is typed for one conversation must not be sent to another: each has a draft of its own. */
  enter(conversation: string): void {
    if (conversation === this.#conversation) return;
    const found = this.#drafts.get(conversation);
    // What was typed to nobody is for whoever is chosen then.
    const isCarried = this.#conversation === NOBODY && found === undefined;
    this.#drafts.set(this.#conversation, isCarried ? EMPTY : this.#draft);
    this.#conversation = conversation;
    this.#set(isCarried ? this.#draft : (found ?? EMPTY));
  }

  insert(text: string): void {
    this.#set(insert(this.#draft, text));
  }

  edit(what: Edit): void {
    this.#set(edit(this.#draft, what));
  }

  clear(): void {
    this.#set(EMPTY);
  }

  /** It was taken. */
  done(): void {
    this.#before.add(this.#draft.text);
    this.#drafts.delete(this.#conversation);
    this.clear();
  }

  /** A line up or down; from the first or the last one, what was typed before or after. */
  move(direction: -1 | 1): void {
    const moved = moveLine(this.#draft, direction);
    const text = moved === undefined ? this.#otherTyped(direction) : undefined;
    if (moved !== undefined) this.#set(moved);
    else if (text !== undefined) this.#set({ text, cursor: text.length });
  }

  /** False when there is nothing to complete. */
  complete(names: Names): boolean {
    const completion = complete(this.#draft, names);
    if (completion === undefined) return false;
    this.#set(completion.draft);
    this.#choices = completion.choices;
    return true;
  }

  #otherTyped(direction: -1 | 1): string | undefined {
    return direction < 0 ? this.#before.older(this.#draft.text) : this.#before.newer();
  }

  #set(draft: Draft): void {
    this.#draft = draft;
    this.#choices = [];
  }
}
