import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `server.json` in the data folder: where the running server listens, for `parley invite` and other commands. */
export interface LiveServer {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly names: readonly string[];
  readonly tls: boolean;
  /** Origin for web links, where it is not that of this server. */
  readonly webUrl?: string;
}

export async function writeServerFile(dataFolder: string, server: LiveServer): Promise<void> {
  const file = join(dataFolder, 'server.json');
  const fresh = `${file}.${process.pid}`;
  try {
    await writeFile(fresh, `${JSON.stringify(server)}\n`, { mode: 0o600 });
    await rename(fresh, file); // a reader sees all of it or none
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** `undefined` where no server runs on this folder. */
export async function readServerFile(dataFolder: string): Promise<LiveServer | undefined> {
  try {
    return JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as LiveServer;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function removeServerFile(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, 'server.json'), { force: true });
}
