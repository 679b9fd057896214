import type { ContactInfo } from '@parley/client';
import { renderUnicodeCompact } from 'uqr';
import { neutralize } from './sanitize.ts';

/** Two rows, which fit on a terminal of 40 columns. */
const GROUPS_PER_ROW = 6;

/** The digits in rows of groups of five. */
export function digitRows(safetyNumber: string): string[] {
  const groups = safetyNumber.split(' ');
  return Array.from({ length: Math.ceil(groups.length / GROUPS_PER_ROW) }, (_, row) =>
    groups.slice(row * GROUPS_PER_ROW, (row + 1) * GROUPS_PER_ROW).join(' '),
  );
}

/** Lines with the safety number of two users, as digits and as a QR code of those digits, and what to do with it. */
export function safetyNumberLines({ user, safetyNumber, identityChanged }: ContactInfo): string[] {
  const name = neutralize(user);
  return [
    ...(identityChanged ? [`${name} has shown another identity than this one: nothing is sent to them.`] : []),
    `Safety number of you and ${name}:`,
    ...digitRows(safetyNumber).map((row) => `  ${row}`),
    ...renderUnicodeCompact(safetyNumber.replaceAll(' ', '')).split('\n'),
    `Compare it with the one ${name} sees for you, when you meet or by voice: the same digits mean that nobody is in between.`,
  ];
}
