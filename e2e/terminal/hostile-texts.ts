import { CONTROL_TEXTS } from './hostile-controls.ts';
import { SIZE_TEXTS } from './hostile-sizes.ts';
import { UNICODE_TEXTS } from './hostile-unicode.ts';

/** What must hold of a message once it is on the screen, beside what must hold of each: see `harmless.ts`. */
export type Property =
  /** Whatever line breaks it has, each line of it is marked as the speaker's. */
  | 'claims no line'
  /** The same where the terminal wraps: no row begins as another's line. Only a client that wraps by itself can see to that. */
  | 'claims no row'
  /** No letter bears more marks than a script needs. */
  | 'piles nothing'
  /** It is ordinary text to somebody, and shown as it was written. */
  | 'is readable'
  /** Nothing of it may look like anything, and yet a line says that the speaker has said it. */
  | 'is seen'
  /** The same, and in place of what looks like nothing there is something. */
  | 'is no blank'
  /** It does not get to the other: the sender is told why. */
  | 'is refused';

export interface HostileText {
  readonly name: string;
  readonly text: string;
  readonly must: readonly Property[];
}

/** Whom the texts put words into the mouth of. */
export const VICTIM = 'carol';

/** Messages that try to do something to whoever reads them in a terminal, and some that only look like it. */
export const HOSTILE_TEXTS: readonly HostileText[] = [...CONTROL_TEXTS, ...UNICODE_TEXTS, ...SIZE_TEXTS];
