import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PORT, isHost, toBase64Url } from '@parley/protocol';
import {
  AuthorityError,
  createLog,
  createServer,
  DATABASE,
  type RunningServer,
  type ServerConfig,
  type ServerLimits,
  StoreError,
  WebFolderError,
} from '@parley/server';
import { certificateNames, droppedNames } from '../certificate-names.ts';
import { Exit, Failure, wrongUsage } from '../exit.ts';
import { printInvite } from '../invite-text.ts';
import { note, print, printJson } from '../output.ts';
import { isWebClientBuilt, WEB_CLIENT } from '../web-client.ts';
import { checkWebUrl } from '../web-url.ts';

interface ServeOptions {
  readonly data: string;
  readonly host?: string;
  readonly port?: number;
  readonly name?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly webUrl?: string;
  readonly maxConnections?: number;
  readonly maxConnectionsPerAddress?: number;
  readonly handshakesPerSecond?: number;
  readonly limitLoopback?: boolean;
  readonly framesPerSecond?: number;
  readonly mailboxBytes?: number;
  readonly mailboxDays?: number;
  readonly json?: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Left in the data folder by a first start that failed (a port in use, say): the next one is still the first. */
const UNFINISHED = 'first-start';
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Runs a server until SIGINT or SIGTERM. */
export async function serve(options: ServeOptions): Promise<void> {
  // The signal may come while the server is starting.
  const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => new Promise((done) => process.on(signal, done))));
  const unfinished = join(options.data, UNFINISHED);
  const firstStart = !existsSync(join(options.data, DATABASE)) || existsSync(unfinished);
  const before = certificateNames(options.data);
  const names = chooseNames(options, before, firstStart);
  const config = {
    dataFolder: options.data,
    host: options.host ?? '',
    port: options.port ?? DEFAULT_PORT,
    names,
    ...tls(options),
    ...(options.webUrl === undefined ? {} : { webUrl: checkWebUrl(options.webUrl, names) }),
    ...(isWebClientBuilt() ? { webFolder: WEB_CLIENT } : {}),
    limits: limits(options),
    logger: createLog({ level: logLevel() }),
  };
  const unlessFinished = (error: unknown): never => {
    if (firstStart) mark(unfinished);
    throw error;
  };
  const server = await start(options, config).catch(unlessFinished);
  const broken = new Promise<never>((_, reject) => {
    server.on('error', (cause) => reject(new Failure(Exit.localStore, `the database in ${options.data} is broken`, { cause })));
  });
  broken.catch(() => {});
  noteDropped(options.data, before);
  if (!('webFolder' in config))
    note('parley: the web client is not built: browsers get a page of text until "npm run prepare" has run');
  try {
    await announce(server, options, names, firstStart).catch(unlessFinished);
    if (firstStart) rmSync(unfinished, { force: true });
    await Promise.race([stopped, broken]);
  } finally {
    await server.close();
  }
}

/**
 * Those of the command line, else those that the certificate has: accounts are joined under these. A server of its own accord is
 * `localhost` only where it is new.
 */
function chooseNames({ name, data }: ServeOptions, inCertificate: readonly string[], firstStart: boolean): readonly string[] {
  if (name !== undefined) {
    const names = [...new Set(name.map((one) => one.toLowerCase()))];
    if (!names.every(isHost)) throw wrongUsage('--name is a DNS name or an IP address');
    return names;
  }
  if (inCertificate.length > 0) return inCertificate;
  if (!firstStart && !existsSync(join(data, 'server.pem'))) {
    throw wrongUsage(`server.pem is missing in ${data}: say with --name what clients call this server`);
  }
  return ['localhost'];
}

/** Whoever leaves a name out may not know what hangs on it. */
function noteDropped(data: string, before: readonly string[]): void {
  const dropped = droppedNames(before, certificateNames(data)).join(', ');
  if (dropped === '') return;
  note(
    `parley: the certificate is no longer for ${dropped}: accounts that joined under it will refuse this server; to keep it, name it with --name too`,
  );
}

function mark(file: string): void {
  try {
    writeFileSync(file, '', { mode: 0o600 });
  } catch {
    // Then there is no folder that a next start would find changed.
  }
}

/** Warnings, unless `PARLEY_LOG` asks for more or less. */
function logLevel(): (typeof LOG_LEVELS)[number] {
  return LOG_LEVELS.find((level) => level === process.env.PARLEY_LOG) ?? 'warn';
}

async function start(options: ServeOptions, config: ServerConfig): Promise<RunningServer> {
  try {
    return await createServer(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `port ${config.port}`;
    if (code === 'EADDRINUSE')
      throw wrongUsage(`${where} is in use: stop the program that uses it or choose another with --port`);
    if (code === 'EACCES')
      throw wrongUsage(`${where} or ${options.data} is not allowed for this user: choose another (${message})`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw wrongUsage(`--host ${options.host} is no address of this machine`);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure(Exit.localStore, `${options.data} cannot be used: the disk is full: free some space`, { cause: error });
    }
    if (error instanceof WebFolderError) {
      throw wrongUsage(
        `the web client in ${config.webFolder} cannot be served: ${message}: build it again with "npm run prepare"`,
      );
    }
    if (error instanceof AuthorityError || error instanceof StoreError) {
      throw new Failure(Exit.localStore, `${options.data} cannot be used: ${message}`, { cause: error });
    }
    throw error;
  }
}

function tls({ tlsCert, tlsKey }: ServeOptions): Pick<ServerConfig, 'tls'> {
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) throw wrongUsage('--tls-cert and --tls-key belong together: give both');
  try {
    return { tls: { certificate: readFileSync(tlsCert, 'utf8'), key: readFileSync(tlsKey, 'utf8') } };
  } catch (error) {
    throw wrongUsage(`cannot read the TLS files: ${(error as Error).message}`);
  }
}

/** What was given; the server's defaults hold for the rest. */
function limits(options: ServeOptions): Partial<ServerLimits> {
  const { maxConnections, maxConnectionsPerAddress, handshakesPerSecond, framesPerSecond, mailboxBytes, mailboxDays } = options;
  return {
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxConnectionsPerAddress === undefined ? {} : { maxConnectionsPerAddress }),
    ...(handshakesPerSecond === undefined ? {} : { handshakesPerSecondPerAddress: handshakesPerSecond }),
    ...(options.limitLoopback === undefined ? {} : { loopbackIsExempt: !options.limitLoopback }),
    ...(framesPerSecond === undefined ? {} : { framesPerSecond, framesBurst: 2 * framesPerSecond }),
    ...(mailboxBytes === undefined ? {} : { maxMailboxBytes: mailboxBytes }),
    ...(mailboxDays === undefined ? {} : { mailboxLifetimeMs: mailboxDays * DAY_MS }),
  };
}

async function announce(
  server: RunningServer,
  { json }: ServeOptions,
  names: readonly string[],
  firstStart: boolean,
): Promise<void> {
  if (json) printJson({ event: 'listening', host: server.host, port: server.port, ca: toBase64Url(server.caPin) });
  else {
    const host = server.host.includes(':') ? `[${server.host}]` : server.host;
    print(`Parley listens on ${host}:${server.port}, known as ${names.join(', ')}.`);
    if (names.length === 1 && names[0] === 'localhost') {
      print(
        'Only this machine calls it localhost: for people on others give --name HOST (npm start -- --name chat.example.org).',
      );
    }
    print(`CA fingerprint (SHA-256): ${server.caFingerprint}`);
  }
  if (firstStart) printInvite(await server.createInvite(), json === true, { event: 'invite' });
  if (!json) print('Invite more people with "npx parley invite". Ctrl+C stops the server.');
}
