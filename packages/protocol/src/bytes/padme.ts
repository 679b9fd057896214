/**
 * The smallest Padmé length that holds `length` bytes: at most 12 % more, and about log log n bits leaked instead of log n
 * (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", section 4.3).
 * @throws RangeError unless 0 <= length < 2^30
 */
export function padme(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length >= 2 ** 30) throw new RangeError('not a length to pad');
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const significantBits = 32 - Math.clz32(exponent);
  const mask = (1 << (exponent - significantBits)) - 1;
  return (length + mask) & ~mask;
}
