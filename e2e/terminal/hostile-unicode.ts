import type { HostileText, Property } from './hostile-texts.ts';

/** They turn what is read around, for the rest of the line or beyond. */
const BIDI: Readonly<Record<string, string>> = {
  'right-to-left override': '\u202e',
  'left-to-right override': '\u202d',
  'right-to-left embedding': '\u202b',
  'left-to-right embedding': '\u202a',
  'right-to-left isolate': '\u2067',
  'left-to-right isolate': '\u2066',
  'first strong isolate': '\u2068',
  'pop formatting': '\u202c',
  'pop isolate': '\u2069',
  'right-to-left mark': '\u200f',
  'arabic letter mark': '\u061c',
};

/** They take no room: `pay 10` with one of them is not what it seems to anybody who searches or compares. */
const INVISIBLE: Readonly<Record<string, string>> = {
  'zero-width space': '\u200b',
  'word joiner': '\u2060',
  'byte order mark': '\ufeff',
  'soft hyphen': '\u00ad',
  'invisible times': '\u2062',
  'mongolian vowel separator': '\u180e',
  'interlinear annotation': '\ufff9x\ufffay\ufffb',
  'tag characters': String.fromCodePoint(...[...'pay 100'].map((letter) => 0xe0000 + letter.charCodeAt(0)), 0xe007f),
  'flag of tag characters': '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'tag characters behind a flag': '🏴\u{e0070}\u{e0061}\u{e0079}\u{e007f}',
  'language tag': '\u{e0001}',
  'musical beam': '\u{1d173}',
  'shorthand overlap': '\u{1bca0}',
};

/** They look like nothing, and are no space. */
const FILLERS: Readonly<Record<string, string>> = {
  'hangul filler': '\u3164',
  'halfwidth hangul filler': '\uffa0',
  'hangul jamo fillers': '\u115f\u1160',
  'braille blank': '\u2800',
  'joiners alone': '\u200d\u200c\u200d',
  'variation selectors alone': '\ufe0f\ufe0e\u{e0100}\u{e01ef}',
  'combining grapheme joiner': '\u034f',
  'khmer vowels that are not written': '\u17b4\u17b5',
  'mongolian selectors': '\u180b\u180c\u180d\u180f',
};

/** They look like little. */
const BLANK: Readonly<Record<string, string>> = {
  'no-break spaces': '\u00a0\u202f\u2007',
  'ideographic spaces': '\u3000\u3000',
  'spaces alone': '     ',
  'lone high surrogate': '\ud83d',
  'lone low surrogate': '\ude00',
  'surrogates the wrong way round': '\ude00\ud83d',
  noncharacters: '\ufdd0\ufffe\uffff\u{1fffe}\u{10ffff}',
  'private use': '\ue000\uf8ff\u{f0000}\u{10fffd}',
  unassigned: '\u0378\u{e0fff}',
  'replacement character': '\ufffd',
};

const PILES: Readonly<Record<string, string>> = {
  zalgo: 'z\u0300\u0316a\u0301\u0317l'.replaceAll(/[\u0300-\u036f]/g, (mark) => mark.repeat(40)),
  'a thousand marks on one letter': `o${'\u0489'.repeat(1_000)}`,
  'marks on nothing': '\u0335'.repeat(200),
  'enclosing keycaps': `1${'\u20e3'.repeat(50)}`,
  'thai vowels': `\u0e01${'\u0e49'.repeat(60)}`,
};

/** What people write. */
const ORDINARY: Readonly<Record<string, string>> = {
  // Of three: the cells of tmux 3.3a have no room for the 25 bytes of a family of four.
  family: '👨‍👩‍👧 x',
  'families next to each other': '👨‍👩‍👧👩‍👩‍👦 x',
  flags: '🇨🇭🇯🇵🇧🇷 x',
  'rainbow flag': '🏳️‍🌈 x',
  'skin tones': '👋🏿👍🏽 x',
  keycaps: '1️⃣#️⃣ x',
  'emoji presentation': '❤️ ☎️ x',
  'text presentation': '❤︎ ☎︎ x',
  chinese: '你好，世界',
  japanese: 'こんにちは、ﾊﾝｶｸ',
  korean: '안녕하세요',
  'korean, decomposed': '\u1112\u1161\u11ab\u1100\u1173\u11af',
  arabic: 'مرحبا بالعالم',
  hebrew: 'שלום עולם',
  'hebrew in english': 'I said שלום to 12 people',
  persian: 'می‌خواهم',
  hindi: 'नमस्ते दुनिया',
  thai: 'สวัสดีชาวโลก',
  vietnamese: 'Tie\u0302\u0301ng Vie\u0323\u0302t',
  'mathematical letters': '𝒽𝑒𝓁𝓁𝑜',
  'a line that looks like a command': '/quit',
  'the syntax of a shell': '$(reboot) `reboot`; reboot',
  'format directives': '%s %n #{pane_title} #[fg=red]',
};

export const UNICODE_TEXTS: readonly HostileText[] = [
  ...inText(BIDI, (one) => `pay ${one}10 to carol`, ['is seen']),
  ...inText(INVISIBLE, (one) => `pay 10${one} to carol`, ['is seen']),
  ...inText(FILLERS, (one) => one, ['is no blank']),
  ...inText(BLANK, (one) => one, ['is seen']),
  ...inText(PILES, (one) => `${one} x`, ['piles nothing', 'is seen']),
  ...inText(ORDINARY, (one) => one, ['is readable', 'is seen']),
];

function inText(
  characters: Readonly<Record<string, string>>,
  text: (characters: string) => string,
  must: readonly Property[],
): HostileText[] {
  return Object.entries(characters).map(([name, one]) => ({ name, text: text(one), must }));
}
