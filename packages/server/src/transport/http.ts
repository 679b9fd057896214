import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WEBSOCKET_PATH } from '@parley/protocol';
import { answerWithFile, type WebFile } from './web-files.ts';
import { HSTS } from './web-headers.ts';

/** What is behind the port for whoever speaks plain HTTP. */
export interface Site {
  readonly isReady: () => boolean;
  /** The web client, by path; without it people get a page of text. */
  readonly files: ReadonlyMap<string, WebFile>;
  readonly tls: boolean;
}

const HOME = `Parley server.

This is a private messenger for people with an invite. Open yours in a terminal:

    npx parley join '<invite>' <name>
`;

interface Page {
  readonly status: number;
  readonly text: string;
}

const NOT_ALLOWED: Page = { status: 405, text: 'method not allowed\n' };

/** Answers plain HTTP: the web client for people, two pages for the machines that watch over the server. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, site: Site): void {
  const path = request.url?.split('?', 1)[0] ?? '';
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const file = isRead ? site.files.get(path) : undefined;
  request.resume();
  if (site.tls) response.setHeader(...HSTS);
  if (file === undefined) answerWithText(request, response, isRead ? page(path, site.isReady) : NOT_ALLOWED);
  else answerWithFile(request, response, file);
}

function answerWithText(request: IncomingMessage, response: ServerResponse, { status, text }: Page): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function page(path: string, isReady: () => boolean): Page {
  switch (path) {
    case '/':
      return { status: 200, text: HOME };
    case '/healthz':
      return { status: 200, text: 'ok\n' };
    case '/readyz':
      return isReady() ? { status: 200, text: 'ready\n' } : { status: 503, text: 'not ready\n' };
    case WEBSOCKET_PATH:
      return { status: 426, text: 'this path speaks WebSocket\n' };
    default:
      return { status: 404, text: 'not found\n' };
  }
}

const REASONS = { 400: 'Bad Request', 404: 'Not Found', 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;

/** Refuses an upgrade to WebSocket, and closes. */
export function refuseUpgrade(socket: Duplex, status: keyof typeof REASONS, retryAfterMs = 0): void {
  const retry = retryAfterMs > 0 ? `Retry-After: ${Math.ceil(retryAfterMs / 1_000)}\r\n` : '';
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\n${retry}Content-Length: 0\r\n\r\n`);
}
