import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the web client is built to. */
export const WEB_CLIENT = fileURLToPath(new URL('../../web/dist', import.meta.url));

export function isWebClientBuilt(): boolean {
  return existsSync(join(WEB_CLIENT, 'index.html'));
}
