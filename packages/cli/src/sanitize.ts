/**
 * What could move the cursor, change the terminal, or reorder what is read: control characters (C0, C1, DEL), format characters
 * (bidirectional controls, tags, byte order mark …), line and paragraph separators, halves of surrogate pairs.
 */
const CONTROL = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** The same and what looks like nothing at all, such as fillers: a name or a message of these alone would seem empty. */
const UNSAFE = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
const VISIBLE = String.raw`[[\p{L}\p{N}\p{P}\p{S}]--\p{Default_Ignorable_Code_Point}]`;
/** What scripts and emoji need of it, in its place. */
const NEEDED = [
  // One that chooses the form of the character before it.
  String.raw`(?<=${VISIBLE})\p{Variation_Selector}`,
  // Joiners next to what they join.
  String.raw`(?<=${VISIBLE}|\p{M})[\u200c\u200d]`,
  String.raw`[\u200c\u200d](?=${VISIBLE})`,
  String.raw`(?<=${VISIBLE}|[\p{M}--\p{Default_Ignorable_Code_Point}])\u034f`,
  // Half a Korean syllable has a filler for the other half.
  String.raw`\u115f(?=[\u1161-\u11a7\ud7b0-\ud7c6])`,
  String.raw`(?<=[\u1100-\u115e\ua960-\ua97c])\u1160`,
  // The flags of England, Scotland and Wales. In any other tags something could be hidden.
  String.raw`(?<=\u{1f3f4})\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}`,
].join('|');
const NEEDED_OR_UNSAFE = new RegExp(`(${NEEDED})|${UNSAFE}`, 'gv');
/** A blank, but one that no program takes for a space; in braille it is one. */
const BRAILLE_BLANK = /\u2800/g;
const BRAILLE = /[\u2801-\u28ff]/;
/** More marks on one letter than any script needs would grow over the lines above. */
const PILED_MARKS = /(\p{M}{8})\p{M}+/gu;
const REPLACEMENT = '\ufffd';

/** Text of anybody else, safe to print on one line of a terminal. */
export function neutralize(text: string): string {
  return neutralizePart(text, BRAILLE.test(text));
}

/** The same line by line: line breaks are kept, nothing else. The caller marks each line as the speaker's. */
export function neutralizeLines(text: string): string[] {
  // Asked once: to look through the whole text for each of its lines would take seconds where it has nothing but lines.
  const isBraille = BRAILLE.test(text);
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).map((line) => neutralizePart(line.replaceAll('\t', '    '), isBraille));
}

/** One JSON object on a line, with every control character written as `\uXXXX`: the same value, harmless on a terminal. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(CONTROL, (character) =>
    Array.from({ length: character.length }, (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

function neutralizePart(part: string, isBraille: boolean): string {
  const safe = part.replace(NEEDED_OR_UNSAFE, (_, needed?: string) => needed ?? REPLACEMENT);
  return (isBraille ? safe : safe.replace(BRAILLE_BLANK, REPLACEMENT)).replace(PILED_MARKS, '$1');
}
