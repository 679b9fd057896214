import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { RawSocket } from '../support/raw-socket.ts';
import { TestServer } from '../support/server.ts';
import { CLIENT, PAGE, webFolder } from '../support/web-folder.ts';

/** What browsers open to one host at once. */
const CONNECTIONS_OF_A_BROWSER = 6;

test('fifty browsers behind one address load the client at once, and connect', async (t) => {
  const pieces = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`assets/piece-${i}.js`, 'x'.repeat(100_000)]));
  const server = await TestServer.start(t, {
    webFolder: await webFolder(t, { ...CLIENT, ...pieces }),
    limits: { loopbackIsExempt: false },
  });
  const paths = Object.keys(pieces).map((name) => `/${name}`);
  const browse = async (): Promise<RawSocket> => {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_OF_A_BROWSER });
    const get = async (path: string): Promise<string> => {
      const [response] = await once(request({ agent, port: server.port, host: '127.0.0.1', path }).end(), 'response');
      return String(await buffer(response));
    };
    assert.equal(await get('/'), PAGE);
    const lengths = (await Promise.all(paths.map(get))).map((text) => text.length);
    assert.deepEqual(
      lengths,
      paths.map(() => 100_000),
    );
    const webSocket = await RawSocket.open(server.port);
    agent.destroy();
    return webSocket;
  };
  const webSockets = await Promise.all(Array.from({ length: 50 }, browse));
  for (const webSocket of webSockets) webSocket.terminate();
});
