const MAX_INTEGER = 2n ** 63n - 1n;

/** SQLite's integers are signed 64-bit; the wire's u64 are not. A value that does not fit must never be bound. */
export function fitsInteger(value: bigint): boolean {
  return value >= 0n && value <= MAX_INTEGER;
}

export function clampInteger(value: bigint): bigint {
  if (value < 0n) return 0n;
  return value > MAX_INTEGER ? MAX_INTEGER : value;
}
