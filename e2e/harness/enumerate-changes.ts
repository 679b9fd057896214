import type { Direction } from '../support/bad-network.ts';
import type { Carried } from '../support/evil-network/carried.ts';
import type { Change, MessageChange } from '../support/evil-network/change.ts';

const DIRECTIONS = ['up', 'down'] as const;
const TAG_BITS = 8 * 16;
const DELAY_MS = 30;

/** Flips of every so manieth bit of each message; the first, the last, and the first of its tag whatever the step. */
export function* flips(carried: Carried, step: number): Generator<MessageChange> {
  for (const direction of DIRECTIONS) {
    for (const [message, { length }] of carried.messages(direction).entries()) {
      const end = 8 * length;
      const bits = new Set([end - TAG_BITS, end - 1]);
      for (let bit = 0; bit < end; bit += step) bits.add(bit);
      for (const bit of bits) yield { direction, message, does: { kind: 'flip', bit } };
    }
  }
}

/** Flips of every so manieth bit of what is in no message: HTTP, and the headers of frames, with their masks. */
export function* streamFlips(carried: Carried, step: number): Generator<Change> {
  let count = 0;
  for (const direction of DIRECTIONS) {
    let start = 0;
    for (const piece of carried[direction]) {
      const bytes = piece.kind === 'head' ? piece.bytes.length : piece.headerBytes;
      for (let bit = 8 * start; bit < 8 * (start + bytes); bit += 1, count += 1) {
        if (count % step === 0) yield { direction, streamBit: bit };
      }
      start += piece.bytes.length;
    }
  }
}

/** Every other way in which a message can be treated, for each message. */
export function* everyKind(carried: Carried, others: readonly Carried[]): Generator<MessageChange> {
  for (const direction of DIRECTIONS) {
    for (const [message, { length }] of carried.messages(direction).entries()) {
      const change = (does: MessageChange['does']): MessageChange => ({ direction, message, does });
      for (const kind of ['drop', 'repeat', 'swap', 'reflect', 'lengthen'] as const) yield change({ kind });
      yield change({ kind: 'delay', ms: DELAY_MS });
      for (const bytes of [1, 16, length - 1, length]) yield change({ kind: 'cut', bytes });
      for (const by of splices(direction, message, others)) {
        yield change({ kind: 'insert', by });
        yield change({ kind: 'replace', by });
      }
    }
  }
}

/** Messages of other sessions that could stand here: the one of the same number, and what the other direction carried then. */
function splices(direction: Direction, message: number, others: readonly Carried[]): Uint8Array[] {
  const other = direction === 'up' ? 'down' : 'up';
  return others.flatMap((session) => [direction, other].flatMap((way) => session.messages(way as Direction)[message] ?? []));
}
