import { test } from 'node:test';
import { sendAndReceive, TestServer, talk } from './support/server.ts';

test('two users talk, both ways', async (t) => {
  const server = await TestServer.start(t);
  const alice = await server.register('alice');
  const bob = await server.register('bob');
  const conversation = await talk(alice, bob);
  await sendAndReceive(alice, bob, conversation, 'hi bob');
  await sendAndReceive(bob, alice, conversation, 'hi alice');
});
