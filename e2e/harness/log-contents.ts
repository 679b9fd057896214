import { createHash } from 'node:crypto';
import type { Change } from '@parley/client';

/** Lengths of bodies, in turn: several in a page of the database, and several pages of one. */
const LENGTHS = [50, 700, 3_000, 9_000];

/** The body of a message: its number, and bytes that follow from it. */
export function bodyOf(number: number): Uint8Array {
  const filling = createHash('shake256', { outputLength: LENGTHS[number % LENGTHS.length] ?? 0 })
    .update(`body ${number}`)
    .digest();
  return new Uint8Array([...u32(number), ...filling]);
}

export function numberOf(body: Uint8Array): number {
  return Buffer.from(body.subarray(0, 4)).readUInt32BE();
}

/** What one synced write of a vault changes: the newest state, and a message that goes with it. */
export function changesOf(number: number): Change[] {
  return [
    { put: { collection: 'mls-secrets', key: 'state', value: bodyOf(number) } },
    { put: { collection: 'message', key: `m${number}`, group: 'conversation', order: number, value: bodyOf(number) } },
  ];
}

/** What is written after it without a sync. */
export function unsyncedOf(number: number): Change[] {
  return [{ put: { collection: 'event', key: `e${number}`, order: number, value: bodyOf(number) } }];
}

function u32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

/** The numbers of bodies that must be whole, without a gap, each once. */
export function inOrder(bodies: readonly Uint8Array[], from = 0): number[] {
  return bodies.map((body, index) => {
    const number = from + index;
    if (numberOf(body) !== number) throw new Error(`${numberOf(body)} in the place of ${number}`);
    if (Buffer.compare(body, bodyOf(number)) !== 0) throw new Error(`${number} is not what was written`);
    return number;
  });
}
