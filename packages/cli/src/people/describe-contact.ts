import type { ContactInfo } from '@parley/client';
import { renderUnicodeCompact } from 'uqr';
import { neutralize } from '../sanitize.ts';
import { describeDevice } from './describe-device.ts';
import { digitRows } from './digit-rows.ts';

/** How to know that a contact is who they say: the safety number, for eyes and for cameras, and what is known besides. */
export function describeContact(contact: ContactInfo, self: string): string[] {
  const user = neutralize(contact.user);
  return [
    heading(contact, self),
    '',
    ...digits(contact),
    '',
    ...qrCode(contact),
    '',
    comparison(contact, `run "parley verify ${neutralize(self)}"`),
    '',
    ...contact.devices.map((device) => `Device of ${user}: ${describeDevice(device)}`),
    ...marks(contact, user),
  ];
}

/** The same while they talk, so short that all of it is seen at once on a terminal of 24 rows. */
export function describeContactInChat(contact: ContactInfo, self: string): string[] {
  return [
    heading(contact, self),
    ...digits(contact),
    ...qrCode(contact),
    comparison(contact, `type "/verify ${neutralize(self)}"`),
    ...marks(contact, neutralize(contact.user)),
  ];
}

function heading({ user }: ContactInfo, self: string): string {
  return `Safety number of ${neutralize(self)} and ${neutralize(user)}:`;
}

function digits({ safetyNumber }: ContactInfo): string[] {
  return digitRows(safetyNumber).map((row) => `  ${row}`);
}

function qrCode({ safetyNumber }: ContactInfo): string[] {
  return renderUnicodeCompact(safetyNumber.replaceAll(' ', '')).split('\n');
}

function comparison({ user }: ContactInfo, how: string): string {
  return `Have ${neutralize(user)} ${how} and compare, face to face or by phone: the same digits mean that nobody is between you.`;
}

function marks({ canTalk, blocked, identityChanged }: ContactInfo, user: string): string[] {
  return [
    ...(identityChanged ? [`Careful: ${user} has shown another identity than this one since. Nothing is sent to them.`] : []),
    ...(blocked ? [`You have blocked ${user}.`] : []),
    ...(canTalk || blocked ? [] : [`You and ${user} have not agreed to talk.`]),
  ];
}
