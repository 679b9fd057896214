import assert from 'node:assert/strict';
import { concat, type Frame, Opcode, ParleyError } from '@parley/protocol';
import fc from 'fast-check';
import { FrameReader } from '../../packages/protocol/src/channel/frames.ts';
import type { Target } from '../engine/target.ts';
import { frames } from '../support/frames.ts';

const MOST_CUTS = 16;

/** n u8 | n cuts, a byte each: how long the next piece is | the frame stream. */
const stream: Target = {
  name: 'frames',
  decodes: ['FrameReader'],
  refuses: [ParleyError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      const cuts = input.subarray(1, 1 + ((input[0] ?? 0) % MOST_CUTS));
      const bytes = input.subarray(1 + cuts.length);
      const [whole, inPieces] = [read([bytes]), read(pieces(bytes, cuts))];
      // However it is cut: the same frames, up to the same end. A reader that was given all at once lost them with that end.
      assert.equal(inPieces.error?.code, whole.error?.code);
      if (whole.error !== undefined) throw whole.error;
      assert.deepEqual(inPieces.frames, whole.frames);
      assert.ok(inPieces.partialBytes <= 2 * bytes.length + 8, 'memory for what was announced only');
    },
    seeds: [
      Uint8Array.of(0, 1, 0, 0, 2, 0, 0, 0, 9, 5, 6),
      Uint8Array.of(3, 1, 7, 1, 5, 0, 0, 1, 0, 0, 1, 0, 7, 8, 0, 0, 0, 0, 0, 0),
    ],
    tokens: [Uint8Array.of(0x10, 0, 0), Uint8Array.of(0x10, 0, 1), Uint8Array.of(Opcode.MESSAGE, 0, 0, 0)],
    structured: fc
      .tuple(fc.uint8Array({ maxLength: MOST_CUTS - 1 }), frames)
      .map(([cuts, bytes]) => concat(Uint8Array.of(cuts.length), cuts, bytes)),
  }),
};

export const targets = [stream];

function pieces(bytes: Uint8Array, lengths: Iterable<number>): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...cut, bytes.subarray(at)];
}

function read(cut: readonly Uint8Array[]): { frames: Frame[]; error?: ParleyError; partialBytes: number } {
  const reader = new FrameReader();
  const found: Frame[] = [];
  try {
    for (const piece of cut) for (const frame of reader.read(piece)) found.push({ ...frame, body: frame.body.slice() });
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return { frames: found, error, partialBytes: reader.partialBytes };
  }
  return { frames: found, partialBytes: reader.partialBytes };
}
