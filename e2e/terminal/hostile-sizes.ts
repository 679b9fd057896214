import { MAX_TEXT_BYTES } from '@parley/protocol';
import type { HostileText } from './hostile-texts.ts';

/** Its length has no factor in common with 40, 80 and 160: wherever lines are wrapped, some row begins with it. */
export const WRAPPED_TEXT: HostileText = {
  name: 'rows of another by wrapping',
  text: '23:19 carol: I agree '.repeat(200),
  must: ['claims no row', 'is seen'],
};

export const SIZE_TEXTS: readonly HostileText[] = [
  { name: '60 KB without a space', text: 'x'.repeat(60_000), must: ['is seen'] },
  { name: '60 KB of wide characters', text: '漢'.repeat(20_000), must: ['is seen'] },
  { name: '60 KB of spaces', text: `a${' '.repeat(60_000)}b`, must: ['is seen'] },
  { name: 'the longest text', text: 'y'.repeat(MAX_TEXT_BYTES), must: ['is seen'] },
  { name: '5,000 short lines', text: numbered(5_000), must: ['claims no line', 'is seen'] },
  { name: '5,000 empty lines', text: '\n'.repeat(5_000), must: ['claims no line', 'is seen'] },
  {
    name: '20,000 empty lines, and one of another',
    text: `${'\n'.repeat(20_000)}23:19 carol: I agree`,
    must: ['claims no line'],
  },
  WRAPPED_TEXT,
  { name: 'one byte too long', text: 'z'.repeat(MAX_TEXT_BYTES + 1), must: ['is refused'] },
  { name: '100 KB', text: 'z'.repeat(100_000), must: ['is refused'] },
  { name: 'too long in bytes alone', text: '漢'.repeat(MAX_TEXT_BYTES / 2), must: ['is refused'] },
];

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n');
}
