import assert from 'node:assert/strict';
import { type HostileText, type Property, VICTIM } from './hostile-texts.ts';

/** What a message has become on a terminal. */
export interface Shown {
  /** Lines as the program means them, and rows as the terminal shows them: a long line is several rows. */
  readonly lines: string;
  readonly rows: string;
}

/** England, Scotland and Wales have flags of characters that are otherwise taken out; the cells of tmux 3.3a have no room for the last. */
const FLAG =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}?|\u{e0073}\u{e0063}\u{e0074}?|\u{e0077}\u{e006c}\u{e0073}?)\u{e007f}?/gu;
/**
 * Of no message may anything be left that a terminal obeys, that turns what is read, or that cannot be seen. The two joiners may:
 * scripts and emoji need them.
 */
const UNSEEN = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const LINE_OF_ANOTHER = new RegExp(`^(\\d\\d:\\d\\d )?${VICTIM}\\b`, 'm');
/** Line ends may be kept, and a tab be spaces; of all else that is taken out something is to be seen. */
const TAKEN_OUT = /(?!\u200c|\u200d|[\t\n\r\u0085\u2028\u2029])[\p{Cc}\p{Cf}\p{Cs}]/u;
/** Something to look at, behind the name. */
const VISIBLE = /^.*? bob: .*[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;
/** Characters of an error that are told: a text may be long. */
const MAX_PROBLEM = 1_000;
const PILED_MARKS = /\p{M}{9}/u;

const CHECKS: Readonly<Record<Property, (shown: Shown, text: string) => void>> = {
  'claims no line': ({ lines }) => assert.doesNotMatch(lines, LINE_OF_ANOTHER),
  'claims no row': ({ rows }) => assertClaimsNoRow(rows),
  'piles nothing': ({ lines }) => assert.doesNotMatch(lines, PILED_MARKS),
  'is readable': ({ lines }, text) => assert.ok(unjoined(lines).includes(unjoined(text)), `${text} is not in ${lines}`),
  'is seen': ({ lines }) => assert.match(lines, /\S/),
  'is no blank': ({ lines }) => assert.match(lines, VISIBLE),
  'is refused': ({ lines }) => assert.equal(lines, ''),
};

/** Holds rows to what must hold of whatever holds text of others. */
export function assertNothingUnseen(rows: string): void {
  assert.doesNotMatch(rows.replace(FLAG, ''), UNSEEN);
}

export function assertClaimsNoRow(rows: string): void {
  assert.doesNotMatch(rows, LINE_OF_ANOTHER);
}

/**
 * Checks what must hold of each message, what must of this one, and what `check` asks for.
 * @throws for those of which something does not hold, each with its name
 */
export function assertHarmless(messages: readonly (readonly [HostileText, Shown])[], check: (shown: Shown) => void): void {
  const problems: string[] = [];
  for (const [{ name, text, must }, shown] of messages) {
    try {
      assertNothingUnseen(shown.lines);
      if (TAKEN_OUT.test(text.replace(FLAG, ''))) assert.match(shown.lines, /\ufffd/);
      for (const property of must) CHECKS[property](shown, text);
      check(shown);
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message.slice(0, MAX_PROBLEM)}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n\n'));
}

/** Where what tmux 3.3a reads at once ends behind a joiner of emoji, it loses the joiner. */
function unjoined(text: string): string {
  return text.replaceAll('\u200d', '');
}
