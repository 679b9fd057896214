import { DecodeError, type ErrorCode, ParleyError } from '@parley/protocol';

/** What came is not as it must be: made up by the server, or changed on the way. */
export interface Nonsense {
  readonly code: ErrorCode;
  readonly why: string;
}

/** What reading something of the server's has failed with, where that is the fault of what was read; else `undefined`. */
export function nonsenseIn(error: unknown): Nonsense | undefined {
  if (error instanceof ParleyError) return { code: error.code, why: error.message };
  if (error instanceof DecodeError) return { code: 'malformed', why: error.message };
  return undefined;
}

/** What the user is told of it. What does not open need not be the server's fault. */
export function inWords({ code, why }: Nonsense): string {
  return code === 'bad_record'
    ? 'what came from the server does not open: it was changed on the way, or is not what the server sent'
    : `what the server says makes no sense: ${why}`;
}
