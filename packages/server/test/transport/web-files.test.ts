import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { HTTP_ANSWER_TIMEOUT_MS } from '@parley/protocol';
import fc from 'fast-check';
import { ManualClock } from '../support/manual-clock.ts';
import { TestServer } from '../support/server.ts';
import { closed, openTcp, readToEnd } from '../support/tcp.ts';
import { CLIENT, PAGE, SCRIPT, webFolder } from '../support/web-folder.ts';

const ASSET = '/assets/main-C0ffee.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

test('answers each file with its bytes and its type, and / with the page', async (t) => {
  const get = await start(t);
  const types = {
    'index.html': 'text/html; charset=utf-8',
    'sw.js': 'text/javascript; charset=utf-8',
    'manifest.webmanifest': 'application/manifest+json',
    'favicon.svg': 'image/svg+xml',
    'icons/512.png': 'image/png',
    'assets/main-C0ffee.js': 'text/javascript; charset=utf-8',
  };
  for (const [name, type] of Object.entries(types)) {
    const { status, headers, body } = await get(`/${name}`);
    assert.deepEqual([status, headers['content-type'], headers['content-length']], [200, type, String(body.length)], name);
    assert.deepEqual(body, Buffer.from(CLIENT[name]!));
  }
  assert.equal((await get('/')).body.toString(), PAGE);
});

test('keeps what it found at the start, whatever happens to the folder', async (t) => {
  const folder = await webFolder(t);
  const get = await start(t, folder);
  await rm(join(folder, 'sw.js'));
  await writeFile(join(folder, 'new.js'), '');
  assert.equal((await get('/sw.js')).status, 200);
  assert.equal((await get('/new.js')).status, 404);
});

test('passes over a query', async (t) => {
  const get = await start(t);
  assert.equal((await get('/?a=/../b?c')).body.toString(), PAGE);
});

test('leaves the paths of machines and of WebSocket as they are', async (t) => {
  const get = await start(t);
  for (const [path, status] of [
    ['/healthz', 200],
    ['/readyz', 200],
    ['/parley', 426],
  ] as const) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.headers['content-type']], [status, 'text/plain; charset=utf-8'], path);
  }
});

test('answers a path that it does not have with 404 and a policy that allows nothing', async (t) => {
  const get = await start(t);
  for (const path of ['/join', '/assets', '/assets/', '/INDEX.HTML', '/index.html/', `${ASSET}.br`, `${ASSET}.gz`]) {
    const { status, headers } = await get(path);
    assert.equal(status, 404, path);
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  }
});

test('refuses other methods than GET and HEAD', async (t) => {
  const get = await start(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
    assert.equal((await get('/', {}, method)).status, 405, method);
});

test('answers HEAD with the headers of GET and no body', async (t) => {
  const get = await start(t);
  const whole = await get(ASSET, { 'accept-encoding': 'br' });
  const head = await get(ASSET, { 'accept-encoding': 'br' }, 'HEAD');
  assert.equal(head.body.length, 0);
  assert.deepEqual(withoutDate(head.headers), withoutDate(whole.headers));
});

test('passes over a range', async (t) => {
  const get = await start(t);
  const { status, headers, body } = await get('/', { range: 'bytes=0-3' });
  assert.deepEqual([status, body.toString(), headers['accept-ranges']], [200, PAGE, undefined]);
});

test('has names with a hash kept for a year, and everything else asked for again', async (t) => {
  const get = await start(t);
  assert.equal((await get(ASSET)).headers['cache-control'], 'public, max-age=31536000, immutable');
  for (const path of ['/', '/index.html', '/sw.js', '/manifest.webmanifest', '/favicon.svg', '/icons/512.png'])
    assert.equal((await get(path)).headers['cache-control'], 'no-cache', path);
});

test('sends what was compressed at the build to who takes it, each form under a tag of its own', async (t) => {
  const get = await start(t);
  const forms = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes };
  for (const [encoding, open] of Object.entries(forms)) {
    const { headers, body } = await get(ASSET, { 'accept-encoding': encoding });
    assert.equal(headers['content-encoding'], encoding === 'identity' ? undefined : encoding);
    assert.equal(headers.vary, 'accept-encoding');
    assert.equal(headers.etag, `"${createHash('sha256').update(body).digest('base64url')}"`);
    assert.equal(open(body).toString(), SCRIPT);
  }
});

test('says nothing of encodings where there is only one form', async (t) => {
  const get = await start(t);
  const { headers } = await get('/', { 'accept-encoding': 'br, gzip' });
  assert.deepEqual([headers['content-encoding'], headers.vary], [undefined, undefined]);
});

test('answers 304 to who has the very form that would be sent', async (t) => {
  const get = await start(t);
  const { headers } = await get(ASSET, { 'accept-encoding': 'br' });
  const tag = headers.etag!;
  for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const answer = await get(ASSET, { 'accept-encoding': 'br', 'if-none-match': known });
    assert.deepEqual([answer.status, answer.body.length], [304, 0], known);
    for (const name of ['etag', 'vary', 'cache-control', 'content-security-policy'] as const)
      assert.equal(answer.headers[name], headers[name], name);
  }
});

test('sends the whole to who has another form, or none', async (t) => {
  const get = await start(t);
  const { headers } = await get(ASSET, { 'accept-encoding': 'br' });
  for (const known of [headers.etag!.replaceAll('"', ''), '"x"', '', `x${headers.etag}`])
    assert.equal((await get(ASSET, { 'accept-encoding': 'br', 'if-none-match': known })).status, 200, known);
  assert.equal((await get(ASSET, { 'accept-encoding': 'gzip', 'if-none-match': headers.etag! })).status, 200);
});

test('no path, however it is written, gives anything but a listed file', async (t) => {
  const get = await start(t, await webFolder(t));
  const listed = new Set(Object.values(CLIENT).map((content) => Buffer.from(content).toString('latin1')));
  const piece = fc.constantFrom(
    ...['..', '.', '/', '//', '\\', '%2e', '%2E%2e', '%2f', '%5c', '%00', '%', '%zz', ';', '@', ':', '?', '#', '~', '*'],
    ...[
      'index.html',
      'assets',
      'main-C0ffee.js',
      '.br',
      'sw.js',
      'etc',
      'passwd',
      'http:',
      'localhost',
      '__proto__',
      'constructor',
    ],
  );
  const path = fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);
  await fc.assert(
    fc.asyncProperty(path, async (text) => {
      const { status, body } = await get(text.replace(/[^\x21-\x7e]/g, ''));
      if (status === 200) assert.ok(listed.has(body.toString('latin1')), text);
      else assert.equal(status, 404, text);
    }),
    { numRuns: 500 },
  );
});

test('no request target of raw bytes gives anything but 404, or the end of the connection', async (t) => {
  const server = await TestServer.start(t, { webFolder: await webFolder(t) });
  const inside = ['/\0', '/index.html\0', '/../index.html', '/\\..\\index.html', '//index.html', '/ü'];
  const outside = ['*', 'http://x/', 'index.html', '..', '', `/${'a'.repeat(8_000)}`, `/${'../'.repeat(5_000)}`];
  for (const target of [...inside, ...outside]) {
    const socket = await openTcp(server.port);
    socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, 'latin1'));
    const answer = await readToEnd(socket);
    assert.ok(answer === '' || answer.startsWith('HTTP/1.1 404 '), target.slice(0, 20));
  }
});

test('ends whoever has not taken an answer after two minutes, however many bytes they took, and nobody else', async (t) => {
  const clock = new ManualClock();
  const folder = await webFolder(t, { ...CLIENT, 'big.wasm': new Uint8Array(16 * 1_024 * 1_024) });
  const server = await TestServer.start(t, { webFolder: folder, clock });
  const [slow, done] = [await openTcp(server.port), await openTcp(server.port)];
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  slow.write(get('/big.wasm'));
  done.write(get('/'));
  await Promise.all([once(slow, 'readable'), once(done, 'data')]);
  for (let i = 0; i < 6; i++) {
    assert.equal(slow.read(1)?.length, 1);
    clock.advance(HTTP_ANSWER_TIMEOUT_MS / 6 - 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(server.server.connections, 2);
  clock.advance(6);
  await closed(slow);
  done.write(get('/healthz'));
  await once(done, 'data');
  done.destroy();
});

test('every file has the headers of the web client, and only a page the policy on integrity', async (t) => {
  const get = await start(t);
  for (const path of ['/', '/sw.js', ASSET, '/favicon.svg']) {
    const { headers } = await get(path);
    const policy = headers['content-security-policy'] as string;
    assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; /);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|data:|blob:|\*|https?:/);
    assert.match(policy, /; require-trusted-types-for 'script'; trusted-types parley$/);
    assert.match(headers['permissions-policy'] as string, /camera=\(\), .*geolocation=\(\), .*microphone=\(\), .*usb=\(\)/);
    const others = ['referrer-policy', 'x-content-type-options', 'x-frame-options'];
    const isolation = ['cross-origin-opener-policy', 'cross-origin-embedder-policy', 'cross-origin-resource-policy'];
    assert.deepEqual(
      [...others, ...isolation].map((name) => headers[name]),
      ['no-referrer', 'nosniff', 'DENY', 'same-origin', 'require-corp', 'same-origin'],
    );
    assert.equal(headers['integrity-policy'], path === '/' ? 'blocked-destinations=(script)' : undefined);
    assert.equal(headers['strict-transport-security'], undefined);
  }
});

/** A server with a web client, and how to ask it: paths are sent as they are. */
async function start(t: TestContext, folder?: string) {
  const { port } = await TestServer.start(t, { webFolder: folder ?? (await webFolder(t)) });
  return async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => {
    const [response] = await once(request({ port, host: '127.0.0.1', path, headers, method }).end(), 'response');
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  };
}

function withoutDate({ date, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers;
}
