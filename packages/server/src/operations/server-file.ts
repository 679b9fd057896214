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

/** `server.json` is not as this server writes it. */
export class ServerFileError extends Error {
  override readonly name = 'ServerFileError';
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

/** `undefined` where no server runs on this folder. @throws ServerFileError where the file says something else, or nothing */
export async function readServerFile(dataFolder: string): Promise<LiveServer | undefined> {
  const file = join(dataFolder, 'server.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const server = parseServer(text);
  if (server === undefined) throw new ServerFileError(`${file} is damaged: start the server again, which writes it anew`);
  return server;
}

function parseServer(text: string): LiveServer | undefined {
  let value: Partial<Record<keyof LiveServer, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, host, port, names, tls, webUrl } = value ?? {};
  if (!Number.isInteger(pid) || typeof host !== 'string' || !isPort(port) || typeof tls !== 'boolean') return undefined;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string')) return undefined;
  if (webUrl !== undefined && typeof webUrl !== 'string') return undefined;
  return { pid: pid as number, host, port, names, tls, ...(webUrl === undefined ? {} : { webUrl }) };
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

export async function removeServerFile(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, 'server.json'), { force: true });
}
