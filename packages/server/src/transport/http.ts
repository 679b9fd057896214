import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WEBSOCKET_PATH } from '@parley/protocol';

const HOME = `Parley server.

This is a private messenger for people with an invite. Open yours in a terminal:

    npx parley join '<invite>' <name>
`;

/** Answers plain HTTP: a page for people, two for the machines that watch over the server. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, isReady: () => boolean): void {
  const { status, text } = page(request, isReady);
  request.resume();
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

function page(request: IncomingMessage, isReady: () => boolean): { status: number; text: string } {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, text: 'method not allowed\n' };
  switch (request.url?.split('?', 1)[0]) {
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
