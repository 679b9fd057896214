import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { toHex } from '@parley/protocol';
import type { ServerConfig } from './config.ts';
import { makeDataFolder } from './operations/data-folder.ts';
import { lockFolder } from './operations/folder-lock.ts';
import { type InviteLinks, type InviteOptions, issueInvite } from './operations/invites.ts';
import { type LiveServer, removeServerFile, writeServerFile } from './operations/server-file.ts';
import { serve } from './serve.ts';
import type { Services } from './services.ts';
import { startServices } from './start.ts';
import { openPort, type Port } from './transport/port.ts';

/** How long requests under way may take when the server stops, and peers to read their QUIT. */
const STOP_GRACE_MS = 2_000;
/** How often certificate, CRL and old mailboxes are looked at. */
const UPKEEP_MS = 3_600_000;

/** `error`: the store broke, and the server is closing. `close`: it has closed. */
export type ServerEvents = { error: [unknown]; close: [] };

/** A server that listens. */
export class RunningServer extends EventEmitter<ServerEvents> {
  readonly #services: Services;
  readonly #config: ServerConfig;
  readonly #port: Port;
  readonly #stopping: AbortController;
  #cancelUpkeep: () => void = () => {};
  #upkeep: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(services: Services, config: ServerConfig, port: Port, stopping: AbortController) {
    super();
    this.#services = services;
    this.#config = config;
    this.#port = port;
    this.#stopping = stopping;
    this.#scheduleUpkeep();
  }

  /** The address it listens on. */
  get host(): string {
    return this.#port.host;
  }

  get port(): number {
    return this.#port.port;
  }

  /** SHA-256 of the CA's public key, 32 bytes: what clients pin. */
  get caPin(): Uint8Array {
    return this.#services.authority.caPin;
  }

  /** The pin for people: hex in groups of four. */
  get caFingerprint(): string {
    return toHex(this.caPin).replace(/(.{4})(?=.)/g, '$1 ');
  }

  /** TCP connections. */
  get connections(): number {
    return this.#port.connections;
  }

  /** A new invite, good for `uses` registrations. */
  createInvite(options: InviteOptions = {}): Promise<InviteLinks> {
    const { crypto, store, clock } = this.#services;
    const server = { ...calledAs(this.#config), port: this.port };
    return issueInvite({ crypto, store, server, caPin: this.caPin, nowMs: clock.nowMs() }, options);
  }

  /** Answers what is under way, says QUIT to everybody, and lets go of port, store and files. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { online, mailboxes, store, log } = this.#services;
    this.#stopping.abort();
    this.#cancelUpkeep();
    const sessions = [...online.sessions()];
    log.info('stopping', { count: sessions.length });
    await mailboxes.writeAll();
    await within(STOP_GRACE_MS, Promise.all(sessions.map((session) => session.work.idle())));
    for (const session of sessions) session.end('shutting_down');
    await within(STOP_GRACE_MS, Promise.all(sessions.map(({ connection }) => connection.closed())));
    await this.#port.close();
    await this.#upkeep;
    await removeServerFile(this.#config.dataFolder);
    await store.close();
    log.info('stopped');
    this.emit('close');
  }

  #scheduleUpkeep(): void {
    this.#cancelUpkeep = this.#services.clock.after(UPKEEP_MS, () => {
      this.#upkeep = this.#lookAfter().then(() => {
        if (!this.#stopping.signal.aborted) this.#scheduleUpkeep();
      });
    });
  }

  /** Neither waits for the other: a revocation list that is not renewed locks everybody out. */
  async #lookAfter(): Promise<void> {
    const { clock, authority, store, log } = this.#services;
    const failed = (error: unknown): void => log.error('the hourly upkeep failed', { error });
    const expired = store.expire(clock.steadyMs()).then(({ mailboxes }) => {
      if (mailboxes > 0) log.info('old mailboxes were dropped', { count: mailboxes });
    });
    await Promise.all([expired.catch(failed), authority.renewIfDue(clock.nowMs()).catch(failed)]);
  }
}

/**
 * Starts a server: it listens when the promise resolves. Two can run in one process, each on a data folder of its own.
 * @throws FolderError, FolderInUseError, WebFolderError, and where the certificates or the port are not to be had
 */
export async function createServer(config: ServerConfig): Promise<RunningServer> {
  await makeDataFolder(config.dataFolder);
  const unlockFolder = lockFolder(config.dataFolder);
  try {
    const server = await listen(config);
    server.once('close', unlockFolder);
    return server;
  } catch (error) {
    unlockFolder();
    throw error;
  }
}

/** What invites need to know of it, beside the port. */
function calledAs({ names, tls, webUrl }: ServerConfig): Pick<LiveServer, 'names' | 'tls' | 'webUrl'> {
  return { names, tls: tls !== undefined, ...(webUrl !== undefined && { webUrl }) };
}

async function listen(config: ServerConfig): Promise<RunningServer> {
  const stopping = new AbortController();
  let stop: (error: unknown) => void = () => stopping.abort();
  const services = await startServices(config, stopping.signal, (error) => stop(error));
  let port: Port | undefined;
  try {
    port = await openPort({
      config,
      limits: services.limits,
      clock: services.clock,
      isReady: () => !stopping.signal.aborted,
      onConnection: (connection, loggedIn) => {
        serve(services, connection, loggedIn).catch((error: unknown) => {
          services.log.error('a connection failed', { connection: connection.id, error });
          connection.terminate();
        });
      },
    });
    const { host, port: number } = port;
    await writeServerFile(config.dataFolder, {
      pid: process.pid,
      host,
      port: number,
      ...calledAs(config),
    });
    const server = new RunningServer(services, config, port, stopping);
    stop = (error) => {
      if (!stopping.signal.aborted) void breakDown(services, server, error);
    };
    services.log.info('listening', { host, port: number });
    return server;
  } catch (error) {
    await port?.close();
    await services.store.close();
    throw error;
  }
}

/** The store is broken: nothing can be promised any more. */
async function breakDown({ log }: Services, server: RunningServer, error: unknown): Promise<void> {
  log.error('the store is broken: closing', { error });
  if (server.listenerCount('error') > 0) server.emit('error', error);
  await server.close().catch((cause: unknown) => log.error('could not close in good order', { error: cause }));
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: over.signal, ref: false }).catch(() => {})]);
  over.abort();
}
