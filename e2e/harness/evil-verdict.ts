import { ParleyError } from '@parley/protocol';
import type { Direction } from '../support/bad-network.ts';
import type { Change, MessageChange } from '../support/evil-network/change.ts';
import type { Seen } from '../support/evil-network/short-session.ts';

/** Of the WebSocket: the peer did what ends a connection (RFC 6455, section 7.4). */
const POLICY_VIOLATION = 1008;
/** Messages each way. */
export const MESSAGES = 7;
/**
 * What has been accepted where everything before this message came through and nothing from it on, by its number (7: nothing is missing):
 * by Alice's client, by Bob, and logins by the server. Up: 1.0, 1.2, LIST, USER, MESSAGE, ACK, QUIT; down: 1.1, 1.3, LIST, OK, OK, MESSAGE, QUIT.
 */
const ACCEPTED: Readonly<Record<Direction, Readonly<Record<'alice' | 'bob' | 'logins', readonly number[]>>>> = {
  up: { alice: [0, 0, 1, 2, 3, 5, 5, 6], bob: [0, 0, 0, 0, 0, 1, 1, 1], logins: [0, 0, 1, 1, 1, 1, 1, 1] },
  down: { alice: [0, 0, 1, 2, 3, 4, 5, 6], bob: [0, 0, 0, 0, 1, 1, 1, 1], logins: [0, 1, 1, 1, 1, 1, 1, 1] },
};
const NOT_WHAT_IT_MUST_BE: readonly unknown[] = ['bad_record', 'malformed'];

type Expected = Pick<Seen, 'alice' | 'bob'>;

/** What must hold whatever was done: what was not. */
export function breaches(seen: Seen, expected: Expected): string[] {
  const { alice, bob, logins, codes, refused, found } = seen;
  return [
    ...found.map((what) => `${what} was on the wire`),
    ...(isPrefix(alice, expected.alice) ? [] : [`Alice accepted ${JSON.stringify(alice)}`]),
    ...(isPrefix(bob, expected.bob) ? [] : [`Bob accepted ${JSON.stringify(bob)}`]),
    ...(logins <= 1 ? [] : [`${logins} logins`]),
    ...codes.filter((code) => !NOT_WHAT_IT_MUST_BE.includes(code)).map((code) => `the server noted ${code}`),
    ...(refused === undefined || refused.name === 'ConnectError' ? [] : [`Alice was refused by ${refused}`]),
  ];
}

/** The same, and what must come of this change of a message. */
export function judge(change: MessageChange, seen: Seen, expected: Expected): string[] {
  const { direction, message, does } = change;
  if (does.kind === 'delay') return [...breaches(seen, expected), ...(isWhole(seen, expected) ? [] : ['it is not whole'])];
  const from = does.kind === 'repeat' ? message + 1 : message;
  // What comes too much can overtake the answer to what was right.
  const mayBeLess = does.kind === 'repeat' || does.kind === 'reflect';
  const accepted = ACCEPTED[direction];
  const counts = { alice: seen.alice.length, bob: seen.bob.length, logins: seen.logins };
  const wrong = (['alice', 'bob', 'logins'] as const).filter((who) => {
    const most = accepted[who][from] ?? 0;
    return mayBeLess ? counts[who] > most : counts[who] !== most;
  });
  return [
    ...breaches(seen, expected),
    ...wrong.map((who) => `${who}: ${counts[who]} where ${accepted[who][from]} come before the change`),
    ...(endsRightly(change, seen) ? [] : [`it ended otherwise: ${describe(seen)}`]),
  ];
}

/** Whether nothing is missing. */
export function isWhole({ alice, bob }: Seen, expected: Expected): boolean {
  return alice.length === expected.alice.length && bob.length === expected.bob.length;
}

/** Who met what it cannot open, as the how-manieth message it was sent, and has said so in the way that is due. */
function endsRightly({ direction, message, does }: MessageChange, seen: Seen): boolean {
  const isLast = message === MESSAGES - 1;
  switch (does.kind) {
    case 'drop':
    case 'swap':
      // Both wait for the rest of the handshake.
      if (message < 2) return seen.refused !== undefined;
      // The client waits for the answer to its only request.
      if (message === 3 || message === 4) return seen.codes.length === 0 && seen.errors.length === 0;
      if (direction === 'down' && isLast) return true; // the end of the connection comes all the same
      return direction === 'up' ? serverSaidSo(message, seen) : clientSaidSo(message, seen);
    case 'repeat':
      if (isLast) return true; // whoever has read a QUIT reads nothing more
      return direction === 'up' ? serverSaidSo(message + 1, seen) : clientSaidSo(message + 1, seen);
    case 'reflect':
      if (direction === 'up') return clientSaidSo(message, seen);
      if (isLast) return true; // the server has ended it
      // The client cannot read the ERROR: it is not the record that is due.
      return message === 0 ? serverSaidSo(1, seen) : seen.codes.length > 0 && clientSaidSo(message, seen);
    default:
      // To 1.0 the server may have an answer, which is not one to what the client has sent.
      if (direction === 'up' && message === 0) return serverSaidSo(0, seen) || clientSaidSo(0, seen);
      return direction === 'up' ? serverSaidSo(message, seen) : clientSaidSo(message, seen);
  }
}

/** Before there is a channel it closes without a word; then it says `bad_record` in it. */
function serverSaidSo(message: number, { codes, carried, refused, errors }: Seen): boolean {
  const [code] = codes;
  if (codes.length !== 1 || carried.closeCode('down') !== POLICY_VIOLATION) return false;
  if (message < 2)
    return NOT_WHAT_IT_MUST_BE.includes(code) && refused !== undefined && carried.messages('down').length <= message;
  return code === 'bad_record' && errors.some((error) => error.code === 'bad_record');
}

/** It sends nothing more of a handshake, and names the error. */
function clientSaidSo(message: number, { carried, refused, errors }: Seen): boolean {
  if (message >= 2) return errors.some((error) => error.code === 'bad_record');
  const cause = refused?.cause;
  return (
    cause instanceof ParleyError && NOT_WHAT_IT_MUST_BE.includes(cause.code) && carried.messages('up').length === message + 1
  );
}

function isPrefix(seen: readonly string[], expected: readonly string[]): boolean {
  return seen.every((one, index) => one === expected[index]);
}

function describe({ codes, carried, refused, errors }: Seen): string {
  const said = errors.map(({ code }) => code);
  const lengths = (['up', 'down'] as const).map((way) => `${way} ${carried.messages(way).map(({ length }) => length)}`);
  return JSON.stringify({ server: codes, close: carried.closeCode('down'), client: refused?.message ?? said, lengths });
}

/** For people. */
export function name(change: Change): string {
  if ('streamBit' in change) return `${change.direction}, bit ${change.streamBit} of the stream`;
  const { direction, message, does } = change;
  const detail = does.kind === 'flip' ? ` bit ${does.bit}` : does.kind === 'cut' ? ` ${does.bytes} bytes` : '';
  return `${direction} ${message}: ${does.kind}${detail}`;
}
