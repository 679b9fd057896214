import { utf8 } from '@parley/protocol';
import fc from 'fast-check';

/** Text that may hold anything a decoder of UTF-8 lets through. */
export function textOf(input: Uint8Array): string {
  return Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('utf8');
}

export function tokensOf(...texts: readonly string[]): Uint8Array[] {
  return texts.map(utf8);
}

/** Texts put together from these parts, and some that are not of them. */
export function textOfParts(parts: readonly string[], separators: readonly string[] = ['']): fc.Arbitrary<Uint8Array> {
  const part = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...parts) }, fc.string({ unit: 'binary', maxLength: 4 }));
  return fc
    .tuple(fc.array(part, { maxLength: 12 }), fc.constantFrom(...separators))
    .map(([list, separator]) => utf8(list.join(separator)));
}
