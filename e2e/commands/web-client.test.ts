import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { isWebClientBuilt, WEB_CLIENT } from '../../packages/cli/src/web-client.ts';
import { unlessInstalled } from '../support/programs.ts';
import { makeTlsFiles } from '../support/tls.ts';
import { tempFolder, World } from '../support/world.ts';

const built = isWebClientBuilt();

test('serve has the web client at /, with its headers', { skip: !built && 'the web client is not built' }, async () => {
  await using world = await World.start();
  const response = await fetch(`http://localhost:${world.server.port}/`);
  assert.equal(await response.text(), readFileSync(join(WEB_CLIENT, 'index.html'), 'utf8'));
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'integrity-policy': 'blocked-destinations=(script)',
    'cross-origin-embedder-policy': 'require-corp',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  };
  for (const [name, value] of Object.entries(headers)) assert.equal(response.headers.get(name), value, name);
  assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self' /);
  assert.doesNotMatch(world.server.output, /not built/);
});

test('serve without a built web client has a page of text, and says how to build it', {
  skip: built && 'it is built',
}, async () => {
  await using world = await World.start();
  const response = await fetch(`http://localhost:${world.server.port}/`);
  assert.match(await response.text(), /npx parley join/);
  assert.match(world.server.output, /^parley: the web client is not built: .*"npm run prepare".*$/m);
});

test('serve with TLS tells browsers to stay with it for a year', { skip: unlessInstalled('openssl') }, async () => {
  await using stack = new AsyncDisposableStack();
  const { certificate, key } = await makeTlsFiles(tempFolder(stack));
  const world = stack.use(await World.start({ flags: ['--tls-cert', certificate, '--tls-key', key] }));
  for (const [path, start] of [
    ['/', ''],
    ['/healthz', 'ok\n'],
    ['/none', 'not found\n'],
  ] as const) {
    const { headers, body } = await getOverTls(world.server.port, path);
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', path);
    assert.ok(body.startsWith(start));
  }
  const plain = await World.start();
  stack.use(plain);
  const { headers } = await fetch(`http://localhost:${plain.server.port}/healthz`);
  assert.equal(headers.get('strict-transport-security'), null);
});

async function getOverTls(port: number, path: string): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const [response] = await once(request({ port, host: '127.0.0.1', path, rejectUnauthorized: false }).end(), 'response');
  return { headers: response.headers, body: await text(response) };
}
