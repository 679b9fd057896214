/** How long a program may take until all is quiet again after what was done to it. */
const SETTLE_MS = 120_000;
const POLL_MS = 20;

/** Waits until `condition` holds, a minute or two at most; says whether it does. */
export async function settles(condition: () => boolean, deadlineMs = SETTLE_MS): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
