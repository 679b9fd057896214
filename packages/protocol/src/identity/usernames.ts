import { ParleyError } from '../errors.ts';
import { USERNAME_MAX, USERNAME_MIN } from '../limits.ts';

const GRAMMAR = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;

/** 2–32 of `a-z 0-9 . _ -`, starting and ending with a letter or digit (docs/protocol.md, "Identities"). */
export function isUsername(text: string): boolean {
  return text.length >= USERNAME_MIN && text.length <= USERNAME_MAX && GRAMMAR.test(text);
}

/**
 * The name as it is: nothing is folded or trimmed, so that a name has one spelling.
 * @throws ParleyError `malformed`; its text does not repeat the name, which may hold anything
 */
export function parseUsername(text: string): string {
  if (!isUsername(text)) {
    throw new ParleyError(
      'malformed',
      `a username has ${USERNAME_MIN} to ${USERNAME_MAX} of a-z 0-9 . _ - and starts and ends with a letter or digit`,
    );
  }
  return text;
}
