import { concat } from '@parley/protocol';
import fc from 'fast-check';

const header = (opcode: number, length: number) => Uint8Array.of(opcode, 0, length >> 8, length, 0, 0, 0, 1);

/** Up to three frames, the last of which may announce more than there is. */
export const frames: fc.Arbitrary<Uint8Array> = fc
  .array(fc.tuple(fc.nat(255), fc.constantFrom(0, 0, 0, 1, 3, 700), fc.uint8Array({ maxLength: 60 })), { maxLength: 3 })
  .map((list) => concat(...list.map(([opcode, more, body]) => concat(header(opcode, body.length + more), body))));
