import type { DatabaseSync } from 'node:sqlite';
import type { SessionRef } from '../entries.ts';
import { prepare } from './statement.ts';

interface CallingDevice {
  readonly id: number;
  readonly username: string;
}

export const REPLACED = { refused: 'replaced' } as const;

/** The fence: finds the device of a write, if the session it names is still that device's newest. */
export function sessionFence(db: DatabaseSync): (by: SessionRef) => CallingDevice | undefined {
  const find = prepare<[string, number], { id: number; username: string }>(
    db,
    'SELECT id, username FROM devices WHERE key = ? AND session = ? AND session > 0',
  );
  return (by) => find.get(by.device, by.session);
}
