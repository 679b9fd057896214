import type { ContactInfo } from '@parley/client';
import { renderUnicodeCompact } from 'uqr';
import { neutralize } from '../sanitize.ts';
import { describeDevice } from './describe-device.ts';

const GROUPS_A_LINE = 4;

/** How to know that a contact is who they say: the safety number, for eyes and for cameras, and what is known besides. */
export function describeContact(contact: ContactInfo, self: string): string[] {
  const user = neutralize(contact.user);
  const groups = contact.safetyNumber.split(' ');
  const rows = Array.from({ length: groups.length / GROUPS_A_LINE }, (_, row) =>
    groups.slice(row * GROUPS_A_LINE, (row + 1) * GROUPS_A_LINE),
  );
  return [
    `Safety number of ${neutralize(self)} and ${user}:`,
    '',
    ...rows.map((row) => `  ${row.join(' ')}`),
    '',
    ...renderUnicodeCompact(groups.join('')).split('\n'),
    '',
    `Have ${user} run "parley verify ${neutralize(self)}" and compare, face to face or by phone: the same digits mean that nobody is between you.`,
    '',
    ...contact.devices.map((device) => `Device of ${user}: ${describeDevice(device)}`),
    ...marks(contact, user),
  ];
}

function marks({ canTalk, blocked, identityChanged }: ContactInfo, user: string): string[] {
  return [
    ...(identityChanged ? [`Careful: ${user} has shown another identity than this one since. Nothing is sent to them.`] : []),
    ...(blocked ? [`You have blocked ${user}.`] : []),
    ...(canTalk || blocked ? [] : [`You and ${user} have not agreed to talk.`]),
  ];
}
