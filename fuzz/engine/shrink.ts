import { concat } from '@parley/protocol';

const MOST_ATTEMPTS = 3_000;
const MOST_MS = 10_000;

/** A smaller input that fails in the same way: pieces are left out, then bytes made zero, as long as it does. */
export async function shrink(input: Uint8Array, fails: (input: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let smallest = input;
  let attempts = 0;
  const end = performance.now() + MOST_MS;
  const isBetter = async (candidate: Uint8Array): Promise<boolean> => {
    attempts += 1;
    if (attempts > MOST_ATTEMPTS || performance.now() > end || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let size = smallest.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length; ) {
      const without = concat(smallest.subarray(0, at), smallest.subarray(at + size));
      if (!(await isBetter(without))) at += size;
    }
  }
  for (let at = 0; at < smallest.length; at += 1) if (smallest[at] !== 0) await isBetter(smallest.with(at, 0));
  return smallest;
}
