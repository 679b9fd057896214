/**
 * A deep copy of a call's arguments, made when the call is made: the caller may reuse its buffers, and what crosses to the
 * worker is the bytes themselves, not the larger buffer they may be a view into. Bytes that occur twice are copied once.
 * Throws RangeError for a number that is not a safe integer: SQLite would take it for a REAL.
 */
export function copyArguments<T>(args: T): T {
  return copy(args, new Map()) as T;
}

function copy(value: unknown, copied: Map<Uint8Array, Uint8Array>): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError('a number is not a safe integer');
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    const bytes = copied.get(value) ?? new Uint8Array(value);
    copied.set(value, bytes);
    return bytes;
  }
  if (Array.isArray(value)) return value.map((item) => copy(item, copied));
  const object: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) object[key] = copy(item, copied);
  return object;
}
