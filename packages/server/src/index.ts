export type { Clock } from './operations/clock.ts';
export { systemClock } from './operations/clock.ts';
export { DEFAULT_LIMITS, type ServerConfig, type ServerLimits } from './operations/config.ts';
export { createLog, type Log, silentLog } from './operations/log.ts';
export { createServer, type InviteLinks, type RunningServer } from './operations/server.ts';
export { type LiveServer, readServerFile } from './operations/server-file.ts';
export { DATABASE } from './operations/start.ts';
export type { Store, UserSummary } from './store/store.ts';
