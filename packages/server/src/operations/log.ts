import { pino } from 'pino';

/** What may stand in a log line. Nothing else gets there: no contents, keys, tokens, addresses; names only at level debug. */
export interface LogFields {
  /** Running number of the connection in this process. */
  readonly connection?: number;
  /** Session number of the device. */
  readonly session?: number;
  readonly opcode?: number;
  /** Error code of the closed list, or the reason of a QUIT. */
  readonly code?: string;
  readonly count?: number;
  readonly ms?: number;
  readonly host?: string;
  readonly port?: number;
  readonly generation?: number;
  /** Only the class and the call stack are written: an error's message may quote what a peer sent. */
  readonly error?: unknown;
}

export interface DebugFields extends LogFields {
  readonly user?: string;
}

export interface Log {
  debug(event: string, fields?: DebugFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const ALLOWED = ['connection', 'session', 'opcode', 'code', 'count', 'ms', 'host', 'port', 'generation'] as const;

/** Characters of lines that found no space: they are written when there is, and what comes beyond them is lost. */
const MAX_WAITING = 65_536;

/** JSON lines on stderr. That a log cannot be written (its disk is full, say) is nothing to end a server for. */
export function createLog(options: { level?: 'debug' | 'info' | 'warn' | 'error'; write?: (line: string) => void } = {}): Log {
  const destination = options.write === undefined ? standardError() : { write: options.write };
  const logger = pino({ level: options.level ?? 'info', base: null }, destination);
  return {
    debug: (event, fields = {}) =>
      logger.debug({ ...allowed(fields), ...(fields.user === undefined ? {} : { user: fields.user }) }, event),
    info: (event, fields = {}) => logger.info(allowed(fields), event),
    warn: (event, fields = {}) => logger.warn(allowed(fields), event),
    error: (event, fields = {}) => logger.error(allowed(fields), event),
  };
}

function standardError() {
  const destination = pino.destination({ fd: 2, sync: true, maxLength: MAX_WAITING });
  destination.on('error', () => {});
  return destination;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

function allowed(fields: LogFields): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  for (const name of ALLOWED) if (fields[name] !== undefined) line[name] = fields[name];
  if (fields.error !== undefined) line.error = describe(fields.error);
  return line;
}

function describe(error: unknown): { name: string; stack: string[] } {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const stack = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { name: error.name, stack: stack.map((line) => line.trim()) };
}
