/** What has to be done to one list to have the other: at `start`, `remove` elements go and `insert` come. */
export interface Splice<T> {
  readonly start: number;
  readonly remove: number;
  readonly insert: readonly T[];
}

/** The part between what both have at the beginning and at the end; `undefined` where they are the same. */
export function spliceOf<T>(before: readonly T[], after: readonly T[], isSame: (a: T, b: T) => boolean): Splice<T> | undefined {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start] as T, after[start] as T)) start += 1;
  let kept = 0;
  while (kept < shorter - start && isSame(before[before.length - 1 - kept] as T, after[after.length - 1 - kept] as T)) kept += 1;
  if (before.length === after.length && start + kept === before.length) return undefined;
  return { start, remove: before.length - start - kept, insert: after.slice(start, after.length - kept) };
}

/** A new list; what stays is the same object. */
export function applySplice<T>(before: readonly T[], { start, remove, insert }: Splice<T>): readonly T[] {
  return before.toSpliced(start, remove, ...insert);
}
