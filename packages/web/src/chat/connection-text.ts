import type { ConnectionState } from '@parley/client';

export const CONNECTION_TEXT: Readonly<Record<ConnectionState, string>> = {
  connecting: 'connecting …',
  online: 'on line',
  offline: 'off line, trying again',
};
