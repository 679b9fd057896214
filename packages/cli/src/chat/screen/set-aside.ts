import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { AS_BEFORE, TELL_KEYS_APART } from './stdin.ts';

/** Where nobody stops this process, it goes on after so long. */
const NOT_STOPPED_MS = 500;

interface Suspension {
  resume(): Promise<void>;
}

/**
 * Ctrl+Z: gives the terminal back as it was and stops, until the shell says to go on (`fg`). The whole group stops, as the terminal itself
 * would have it: this process may be the child of a launcher.
 */
export async function setAside(suspendTerminal: () => Promise<Suspension>): Promise<void> {
  process.stdout.write(AS_BEFORE);
  const suspension = await suspendTerminal();
  const continued = new AbortController();
  const resumed = once(process, 'SIGCONT', { signal: continued.signal }).catch(() => {});
  try {
    process.kill(0, 'SIGTSTP');
    await Promise.race([resumed, delay(NOT_STOPPED_MS)]);
  } finally {
    continued.abort();
    await suspension.resume();
    process.stdout.write(TELL_KEYS_APART);
  }
}
