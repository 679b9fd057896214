/** So many are remembered; they are gone when the client ends. */
const MAX_REMEMBERED = 200;

/** What was typed before, newest last, and where in it the user is. */
export class TypedBefore {
  readonly #texts: string[] = [];
  #index = 0;
  /** What was being typed when the user went up. */
  #unfinished = '';

  add(text: string): void {
    if (this.#texts.at(-1) !== text) this.#texts.push(text);
    if (this.#texts.length > MAX_REMEMBERED) this.#texts.shift();
    this.#index = this.#texts.length;
  }

  /** The one before, or undefined where there is none. @param shown what is in the input now */
  older(shown: string): string | undefined {
    if (this.#index === 0) return undefined;
    if (this.#index === this.#texts.length) this.#unfinished = shown;
    this.#index -= 1;
    return this.#texts[this.#index];
  }

  newer(): string | undefined {
    if (this.#index === this.#texts.length) return undefined;
    this.#index += 1;
    return this.#texts[this.#index] ?? this.#unfinished;
  }
}
