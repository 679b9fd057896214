import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  MAX_FRAGMENTS,
  MAX_HTTP_HEADER_BYTES,
  MAX_HTTP_HEADERS,
  MAX_HTTP_REQUESTS,
  MAX_MESSAGE_PIECES,
  MAX_TRANSPORT_MESSAGE,
  PINGS_BURST,
  PINGS_PER_SECOND,
  WEBSOCKET_PATH,
  WEBSOCKET_SUBPROTOCOL,
} from '@parley/protocol';
import { WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { ServerConfig, ServerLimits } from '../config.ts';
import { Admission, type Visitor } from './admission.ts';
import { Answers } from './answers.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { answerHttp, refuseUpgrade, type Site } from './http.ts';
import { TokenBucket } from './rate.ts';
import { readWebFolder } from './web-folder.ts';

export interface PortOptions {
  readonly config: ServerConfig;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly isReady: () => boolean;
  /** A WebSocket is open; call `loggedIn` at the end of its login. */
  readonly onConnection: (connection: Connection, loggedIn: () => void) => void;
}

export interface Port {
  readonly host: string;
  readonly port: number;
  /** TCP connections. */
  readonly connections: number;
  /** Stops listening; resolves when every socket is gone. */
  close(): Promise<void>;
}

/**
 * One TCP port for everything: HTTP, and WebSocket at `/parley`; TLS 1.3 where a certificate is configured.
 * @throws WebFolderError, and what listening throws
 */
export async function openPort(options: PortOptions): Promise<Port> {
  const { clock, limits } = options;
  const { tls, webFolder } = options.config;
  const site: Site = {
    isReady: options.isReady,
    files: webFolder === undefined ? new Map() : await readWebFolder(webFolder),
    tls: tls !== undefined,
  };
  const admission = new Admission(limits, clock);
  const answers = new Answers(clock);
  const heartbeat = new Heartbeat(clock, limits);
  const sockets = new Set<Socket>();
  const server = makeServer(options.config, limits);
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: MAX_TRANSPORT_MESSAGE,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_MESSAGE_PIECES,
    handleProtocols: () => WEBSOCKET_SUBPROTOCOL,
  });
  let nextId = 1;

  const open = (request: IncomingMessage, socket: Socket, head: Buffer, visitor: Visitor): void => {
    visitor.startDeadline(); // an HTTP request before this one has stopped it
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const pings = new TokenBucket(clock, { perSecond: PINGS_PER_SECOND, burst: PINGS_BURST });
      const connection = new Connection(nextId++, webSocket, socket, clock, {
        lowWater: limits.maxSocketBuffer / 2,
        pingBudget: () => pings.take() === 0,
      });
      heartbeat.add(connection);
      webSocket.once('close', () => heartbeat.remove(connection));
      options.onConnection(connection, () => admission.loggedIn(visitor));
    });
  };

  server.on('connection', (socket: Socket) => {
    admission.admit(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    admission.find(request.socket)?.stopDeadline(); // from here on the timeouts of HTTP hold
    if (answers.begin(request, response)) answerHttp(request, response, site);
  });
  server.on('upgrade', (request, stream: Duplex, head) => {
    const socket = stream as Socket; // node:http hands out net.Socket or tls.TLSSocket
    const visitor = admission.find(socket);
    if (request.url !== WEBSOCKET_PATH) return refuseUpgrade(socket, 404);
    if (!offers(request, WEBSOCKET_SUBPROTOCOL)) return refuseUpgrade(socket, 400);
    if (!options.isReady() || visitor === undefined) return refuseUpgrade(socket, 503);
    const retryAfterMs = admission.startHandshake(visitor);
    if (retryAfterMs > 0) return refuseUpgrade(socket, 429, retryAfterMs);
    open(request, socket, head, visitor);
  });
  server.on('clientError', (_error, socket) => socket.destroy());

  const { address: host, port } = await listen(server, options.config);
  return {
    host,
    port,
    get connections() {
      return admission.count;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function makeServer(config: ServerConfig, limits: ServerLimits): Server {
  const common = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    maxHeaderSize: MAX_HTTP_HEADER_BYTES,
    headersTimeout: limits.handshakeTimeoutMs,
    requestTimeout: limits.handshakeTimeoutMs,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 5_000,
  };
  const { tls } = config;
  const server: Server =
    tls === undefined
      ? createHttpServer(common)
      : createHttpsServer({
          ...common,
          minVersion: 'TLSv1.3',
          handshakeTimeout: limits.handshakeTimeoutMs,
          cert: tls.certificate,
          key: tls.key,
          ALPNProtocols: ['http/1.1'],
        });
  server.maxHeadersCount = MAX_HTTP_HEADERS;
  server.maxRequestsPerSocket = MAX_HTTP_REQUESTS;
  server.setTimeout(30_000, (socket) => socket.destroy()); // of HTTP; ws takes it off its sockets
  return server;
}

function offers(request: IncomingMessage, subprotocol: string): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === subprotocol);
}

function listen(server: Server, config: ServerConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: config.port, ...(config.host === '' ? {} : { host: config.host }) }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
