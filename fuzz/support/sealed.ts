import { ParleyError } from '@parley/protocol';
import fc from 'fast-check';
import { pad, writeLength } from '../../packages/protocol/src/channel/padding.ts';

/** So many bytes: zeros at the end, or cut. */
export function fillUp(bytes: Uint8Array, size: number): Uint8Array {
  const filled = new Uint8Array(size);
  filled.set(bytes.subarray(0, size));
  return filled;
}

/** What a peer with the right keys could seal: well formed, with another length, with another byte, or any bytes. */
export function plaintext(content: fc.Arbitrary<Uint8Array>, ...sizes: number[]): fc.Arbitrary<Uint8Array> {
  return fc.constantFrom(...sizes).chain((size) => {
    const changed = (change: (padded: Uint8Array, at: number, value: number) => void) =>
      fc.tuple(content, fc.nat(size - 1), fc.nat(0xffff)).map(([bytes, at, value]) => {
        const padded = pad(bytes.subarray(0, size - 2), size);
        change(padded, at, value);
        return padded;
      });
    return fc.oneof(
      { weight: 3, arbitrary: content.map((bytes) => pad(bytes.subarray(0, size - 2), size)) },
      changed((padded, _at, value) => writeLength(padded, value % (size + 8))),
      changed((padded, at, value) => padded.fill(value, at, at + 1)),
      fc.uint8Array({ minLength: size, maxLength: size, size: 'max' }),
    );
  });
}

/** What was sealed with the right key is authentic: it must never be refused for its tag. */
export function behindTheTag<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isOfTheContent = error instanceof ParleyError && !/does not open|decryption failed/.test(error.message);
    if (!isOfTheContent) throw new Error('refused for its tag', { cause: error });
    throw error;
  }
}
