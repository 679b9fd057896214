/**
 * SDK clients that stop reading, all in one process: `node deaf.ts INVITE FOLDER NAME…`. Each joins, connects and accepts whoever
 * asks; then it prints `{"ready":COUNT}`. After a line `deaf` on stdin none of them reads its socket any more, until a line `hear`.
 * What they are told comes as `{"user":NAME, …}` with the fields of the event. At the end of stdin all quit.
 */
import { join as joinPath } from 'node:path';
import { createInterface } from 'node:readline';
import { type Environment, join, ParleyClient, type WebSocketLike } from '@parley/client';
import { createVault, nodeEnvironment } from '@parley/client/node';
import { WebSocket } from 'ws';
import { PASSPHRASE } from './process.ts';

const [, , invite = '', folder = '', ...names] = process.argv;
const sockets: WebSocket[] = [];
const environment: Environment = {
  ...(await nodeEnvironment()),
  openSocket(url, protocol) {
    const socket = new WebSocket(url, protocol, { perMessageDeflate: false });
    sockets.push(socket);
    return socket as WebSocketLike;
  },
};

async function enter(user: string): Promise<ParleyClient> {
  const vault = await createVault(joinPath(folder, `${user}.vault`), PASSPHRASE);
  await join({ environment, vault, invite, username: user });
  const client = await ParleyClient.open({ environment, vault });
  client.done.finally(() => vault.close());
  const ready = new Promise<void>((resolve) => {
    client.listenInBatches((events) => {
      process.stdout.write(events.map((event) => `${JSON.stringify({ user, ...event })}\n`).join(''));
      for (const event of events) {
        if (event.event === 'ready') resolve();
        if (event.event === 'request') client.accept(event.from);
      }
    });
  });
  await client.start();
  await ready;
  return client;
}

const clients: ParleyClient[] = [];
for (const name of names) clients.push(await enter(name));
console.log(JSON.stringify({ ready: clients.length }));

for await (const command of createInterface({ input: process.stdin })) {
  const isDeaf = command === 'deaf';
  for (const socket of sockets) if (socket.readyState === WebSocket.OPEN) isDeaf ? socket.pause() : socket.resume();
}
await Promise.all(clients.map((client) => client.quit()));
process.exit(0);
