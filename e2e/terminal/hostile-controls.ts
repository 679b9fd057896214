import type { HostileText } from './hostile-texts.ts';

const ESC = '\u001b';
const BEL = '\u0007';

/** Control sequences by their kind, as two characters and as one of C1. */
const INTRODUCERS = { CSI: [`${ESC}[`, '\u009b'], OSC: [`${ESC}]`, '\u009d'], DCS: [`${ESC}P`, '\u0090'] } as const;
const STRINGS = { APC: [`${ESC}_`, '\u009f'], PM: [`${ESC}^`, '\u009e'], SOS: [`${ESC}X`, '\u0098'] } as const;
const TERMINATORS = [`${ESC}\\`, '\u009c'] as const;

/** They come first: no other text undoes what one before it has done to a terminal. */
const RESETS: readonly (readonly [string, string])[] = [
  ['full reset', `${ESC}c`],
  ['soft reset', `${ESC}[!p`],
  ['soft reset, C1', '\u009b!p'],
];

const CSI: Readonly<Record<string, string>> = {
  'cursor home': 'H',
  'cursor to a place': '3;10H',
  'cursor up': '5A',
  'cursor to the first column': 'G',
  'save and restore the cursor': 's\u001b[u',
  'clear screen': '2J',
  'clear what has scrolled away': '3J',
  'clear line': '2K',
  'delete lines': '5M',
  'insert lines': '5L',
  'scroll down': '5T',
  'scroll region': '2;4r',
  'alternate screen': '?1049h',
  'hide cursor': '?25l',
  'mouse mode': '?1000h\u001b[?1003h\u001b[?1006h',
  'bracketed paste': '?2004h',
  'focus events': '?1004h',
  'application cursor keys': '?1h',
  'no wrapping': '?7l',
  'origin mode': '?6h',
  'insert mode': '4h',
  'invisible text': '8m',
  'end of a paste': '201~',
  'start of a paste': '200~',
  'who are you': 'c',
  'who are you, secondary': '>c',
  'where is the cursor': '6n',
  'status report': '5n',
  'report the title': '21t',
  'resize the window': '8;5;20t',
  'modified keys': '>4;2m',
  'key protocol': '>31u',
  'repeat the character': '9999b',
};

const OSC: Readonly<Record<string, string>> = {
  'icon and title': '0;owned',
  title: '2;owned',
  clipboard: '52;c;b3duZWQ=',
  'clipboard query': '52;c;?',
  link: '8;;http://evil.example/',
  'working folder': '7;file:///evil',
  notification: '9;owned',
  'colour query': '11;?',
  palette: '4;1;#000000',
  'prompt mark': '133;A',
};

const DCS: Readonly<Record<string, string>> = {
  'through tmux': `tmux;${ESC}${ESC}]2;owned${BEL}`,
  'request of a setting': '$qm',
  'request of a capability': '+q544e',
  sixel: 'q#0;2;0;0;0#0~~@@',
};

const SEQUENCES = [
  ...both('CSI', CSI, INTRODUCERS.CSI, ['']),
  ...both('OSC', OSC, INTRODUCERS.OSC, TERMINATORS),
  ...both('OSC, ended by BEL,', OSC, INTRODUCERS.OSC, [BEL, BEL]),
  ...both('OSC, not ended,', OSC, INTRODUCERS.OSC, ['']),
  ...both('DCS', DCS, INTRODUCERS.DCS, TERMINATORS),
  ...Object.entries(STRINGS).flatMap(([kind, introducers]) => both(kind, { string: 'owned' }, introducers, TERMINATORS)),
];

const ESCAPES: Readonly<Record<string, string>> = {
  'screen full of E': `${ESC}#8`,
  'reverse line feed': `${ESC}M`,
  'save cursor, restore cursor': `${ESC}7${ESC}8`,
  'application keypad': `${ESC}=`,
  'line drawing characters': `${ESC}(0`,
  'title of a tmux window': `${ESC}kowned${ESC}\\`,
  'shift out': '\u000e',
  enquiry: '\u0005',
  bell: BEL,
  'an escape that is never finished': ESC,
};

const OVERWRITES: Readonly<Record<string, string>> = {
  'backspaces over the name': `${'\b'.repeat(30)}23:19 carol: I agree`,
  'carriage return over the name': '\r23:19 carol: I agree',
  'rubouts over the name': `${'\u007f'.repeat(30)}23:19 carol: I agree`,
  'vertical tab': 'ok\u000b\r23:19 carol: I agree',
};

/** Whatever somebody takes for the end of a line, and then the line of another. */
const LINE_ENDS: Readonly<Record<string, string>> = {
  LF: '\n',
  CR: '\r',
  'CR LF': '\r\n',
  'LF CR': '\n\r',
  VT: '\u000b',
  FF: '\u000c',
  NEL: '\u0085',
  LS: '\u2028',
  PS: '\u2029',
  IND: '\u0084',
  'ESC E': `${ESC}E`,
  'ESC D': `${ESC}D`,
  'file separator': '\u001c',
};

export const CONTROL_TEXTS: readonly HostileText[] = [
  ...[...RESETS, ...SEQUENCES, ...Object.entries(ESCAPES)].map(([name, sequence]): HostileText => {
    return { name, text: `before ${sequence}after`, must: ['is seen'] };
  }),
  ...Object.entries(OVERWRITES).map(([name, text]): HostileText => ({ name, text, must: ['claims no line', 'is seen'] })),
  ...Object.entries(LINE_ENDS).map(([name, end]): HostileText => {
    return { name: `line of another after ${name}`, text: `ok${end}23:19 carol: I agree`, must: ['claims no line', 'is seen'] };
  }),
  { name: 'NUL', text: 'be\u0000fore', must: ['is seen'] },
  { name: 'all of C0 and C1', text: all([0, 0x20], [0x7f, 0xa0]), must: ['is seen'] },
  { name: 'tabs to the edge', text: `${'\t'.repeat(30)}23:19 carol: I agree`, must: ['claims no line', 'is seen'] },
];

/** Each in its form of two characters and in that of C1, with the end that goes with it. */
function both(
  kind: string,
  bodies: Readonly<Record<string, string>>,
  [long, short]: readonly [string, string],
  [longEnd = '', shortEnd = '']: readonly string[],
): [string, string][] {
  return Object.entries(bodies).flatMap(([name, body]): [string, string][] => [
    [`${kind} ${name}`, long + body + longEnd],
    [`${kind} ${name}, C1`, short + body.replaceAll(`${ESC}[`, '\u009b') + shortEnd],
  ]);
}

function all(...ranges: readonly (readonly [number, number])[]): string {
  return ranges
    .flatMap(([from, to]) => Array.from({ length: to - from }, (_, index) => String.fromCharCode(from + index)))
    .join('');
}
