import type { ContactInfo } from '@parley/client';
import { renderUnicodeCompact } from 'uqr';
import { neutralize } from '../sanitize.ts';
import { describeDevice } from './describe-device.ts';
import { digitRows } from './digit-rows.ts';

/** How to know that a contact is who they say: the safety number, for eyes and for cameras, and what is known besides. */
export function describeContact(contact: ContactInfo, self: string): string[] {
  const user = neutralize(contact.user);
  return [
    `Safety number of ${neutralize(self)} and ${user}:`,
    '',
    ...digitRows(contact.safetyNumber).map((row) => `  ${row}`),
    '',
    ...renderUnicodeCompact(contact.safetyNumber.replaceAll(' ', '')).split('\n'),
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
