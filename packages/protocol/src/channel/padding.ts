import { DecodeError } from '../bytes/decode-error.ts';

/** What every payload and record starts with: how many bytes of content follow, as a u16. */
export const LENGTH_BYTES = 2;

/**
 * `n u16 | content | zeros`, `size` bytes in all.
 * @throws RangeError when the content does not fit
 */
export function pad(content: Uint8Array, size: number): Uint8Array {
  if (content.length > 0xffff || LENGTH_BYTES + content.length > size) throw new RangeError('the content does not fit');
  const padded = new Uint8Array(size);
  writeLength(padded, content.length);
  padded.set(content, LENGTH_BYTES);
  return padded;
}

/** Writes the length of the content at the start of a padded buffer. */
export function writeLength(padded: Uint8Array, length: number): void {
  padded[0] = length >>> 8;
  padded[1] = length;
}

/**
 * The content, as a view.
 * @throws DecodeError when n exceeds what is there, or the padding is not zero
 */
export function unpad(padded: Uint8Array): Uint8Array {
  if (padded.length < LENGTH_BYTES) throw new DecodeError('no length');
  const end = LENGTH_BYTES + (((padded[0] as number) << 8) | (padded[1] as number));
  if (end > padded.length) throw new DecodeError('the length exceeds what is there');
  for (let i = end; i < padded.length; i++) if (padded[i] !== 0) throw new DecodeError('the padding is not zero');
  return padded.subarray(LENGTH_BYTES, end);
}
