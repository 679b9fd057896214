import { result } from './indexeddb-database.ts';
import type { ScanRange } from './vault.ts';

/**
 * The records of a scan, in no order yet. Rows of equal order are told apart by their keys, which only the opened row has: those at
 * the limit are all read, and none beyond.
 * @param place of the rows' collection or group, as the index has it before the order
 */
export async function select(index: IDBIndex, place: number | Uint8Array<ArrayBuffer>, range: ScanRange): Promise<unknown[]> {
  const { limit, reverse = false } = range;
  const all = orders(place, range);
  if (limit === undefined) return result(index.getAll(all));
  const last = await nthKey(index, all, limit, reverse);
  if (last === undefined) return result(index.getAll(all));
  const upToLast = reverse
    ? IDBKeyRange.bound(last, all.upper, false, all.upperOpen)
    : IDBKeyRange.bound(all.lower, last, all.lowerOpen, false);
  return result(index.getAll(upToLast));
}

/** Arrays are compared part by part, a shorter one and numbers before an array: so [place] and [place, []] stand around them all. */
function orders(place: number | Uint8Array<ArrayBuffer>, { after, reverse = false }: ScanRange): IDBKeyRange {
  if (after === undefined) return IDBKeyRange.bound([place], [place, []]);
  return reverse
    ? IDBKeyRange.bound([place], [place, after], false, true)
    : IDBKeyRange.bound([place, after], [place, []], true, false);
}

/** The key at which the `n`th row of a range stands, in its direction; undefined when there are fewer. Reads two rows' keys. */
function nthKey(index: IDBIndex, range: IDBKeyRange, n: number, reverse: boolean): Promise<IDBValidKey | undefined> {
  const request = index.openKeyCursor(range, reverse ? 'prev' : 'next');
  let isAtFirst = true;
  return new Promise((resolve, reject) => {
    request.addEventListener('error', () => reject(request.error));
    request.addEventListener('success', () => {
      const cursor = request.result;
      if (cursor === null || !isAtFirst || n === 1) return resolve(cursor?.key);
      isAtFirst = false;
      cursor.advance(n - 1);
    });
  });
}
