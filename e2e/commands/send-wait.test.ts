import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadNetwork } from '../support/bad-network.ts';
import { SendCommand, send } from '../support/send-command.ts';
import { exported, exportedTexts } from '../support/vaults.ts';
import { befriend, World } from '../support/world.ts';

test('send --wait asks somebody who has not agreed, and sends when they accept', async () => {
  await using world = await World.start();
  await world.join('alice');
  const bob = await world.enter('bob');
  const sending = new SendCommand(world, 'alice', ['--wait', 'bob', 'hi']);
  await sending.notes(/bob has not agreed to talk with you: waiting for an answer/);
  await bob.next('request', { from: 'alice' });
  bob.send({ do: 'accept', user: 'alice' });
  await bob.next('message', { from: 'alice', text: 'hi' });
  const { code, stdout, stderr } = await sending.ended();
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /bob has agreed\.\n$/);
  assert.equal((await send(world, 'alice', ['--wait', 'bob', 'again'])).stderr, '', 'the two can talk already');
  await bob.next('message', { from: 'alice', text: 'again' });
});

test('send --wait ends with 1 when they refuse, and when it asks again too soon', async () => {
  await using world = await World.start();
  await world.join('alice');
  const bob = await world.enter('bob');
  const sending = new SendCommand(world, 'alice', ['--wait', 'bob', 'hi']);
  await bob.next('request', { from: 'alice' });
  bob.send({ do: 'refuse', user: 'alice' });
  const { code, stderr } = await sending.ended();
  assert.equal(code, 1);
  assert.match(stderr, /\nparley: bob refused to talk: nothing was sent\n$/);
  const again = await send(world, 'alice', ['--wait', 'bob', 'hi']);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /\nparley: bob has refused to talk: you can ask again after 7 days\n$/);
  await world.start('alice', { command: ['listen'] }).next('refused', { by: 'bob' });
});

test('send --wait is a yes to somebody who asks too', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  bob.send({ do: 'request', user: 'alice' });
  await alice.next('request', { from: 'bob' });
  await alice.quit();
  const { code, stderr } = await send(world, 'alice', ['--wait', 'bob', 'yes']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /bob asks to talk with you: accepting\./);
  await bob.next('message', { from: 'alice', text: 'yes' });
});

test('send --wait ends with 2 for a user who is not there, and with 1 for one who was blocked', async () => {
  await using world = await World.start();
  const alice = await world.enter('alice');
  const nobody = ['--wait', 'nobody', 'hi'];
  alice.send({ do: 'block', user: 'carol' });
  await alice.quit();
  const unknown = await send(world, 'alice', nobody);
  assert.equal(unknown.code, 2, unknown.stderr);
  assert.match(unknown.stderr, /\nparley: there is no user nobody on localhost:\d+\n$/);
  const blocked = await send(world, 'alice', ['--wait', 'carol', 'hi']);
  assert.equal(blocked.code, 1, blocked.stderr);
  assert.match(blocked.stderr, /\nparley: you have blocked carol\n$/);
});

test('send --wait waits for the server, and what was interrupted before is not sent later', async () => {
  await using world = await World.start();
  const [alice, bob] = await world.enterAll('alice', 'bob');
  await befriend(['alice', alice], ['bob', bob]);
  await alice.quit();
  await world.server.stop();
  const interrupted = new SendCommand(world, 'alice', ['--wait', 'bob', 'never']);
  await interrupted.notes(/cannot be reached: waiting for it/);
  interrupted.interrupt();
  const { code, stderr } = await interrupted.ended();
  assert.equal(code, 1);
  assert.match(stderr, /\nparley: interrupted: nothing was sent, and nothing is left to be sent later\n$/);

  const waiting = new SendCommand(world, 'alice', ['--wait', 'bob', 'at last']);
  await waiting.notes(/cannot be reached: waiting for it/);
  await world.restartServer();
  assert.equal((await bob.next('message')).text, 'at last');
  assert.equal((await waiting.ended()).code, 0);
  assert.deepEqual(await exportedTexts(world, 'alice'), ['at last']);
});

test('send --wait that is interrupted while it waits for an answer sends nothing, and says that the request stays', async () => {
  await using world = await World.start();
  await world.join('alice');
  const bob = await world.enter('bob');
  const sending = new SendCommand(world, 'alice', ['--wait', 'bob', 'never']);
  await bob.next('request', { from: 'alice' });
  sending.interrupt();
  const { code, stderr } = await sending.ended();
  assert.equal(code, 1);
  assert.match(stderr, /\nparley: interrupted: nothing was sent, .*; your request stays: \/cancel bob .*\n$/);
  bob.send({ do: 'accept', user: 'alice' });
  const alice = world.start('alice');
  await alice.next('accepted', { by: 'bob' });
  alice.send({ do: 'send', to: 'bob', text: 'later', id: '1' });
  assert.equal((await bob.next('message')).text, 'later');
});

test('send says so where the message may be at the server already, and it arrives once', async () => {
  await using world = await World.start();
  await using network = await BadNetwork.start(() => world.server.port);
  const bob = await world.enter('bob');
  world.goThrough(network.port);
  await world.join('alice');
  const sending = new SendCommand(world, 'alice', ['--wait', 'bob', 'perhaps']);
  await bob.next('request', { from: 'alice' });
  network.swallow(['up']);
  bob.send({ do: 'accept', user: 'alice' });
  await sending.notes(/bob has agreed/);
  sending.interrupt();
  const { code, stderr } = await sending.ended();
  assert.equal(code, 1);
  assert.match(
    stderr,
    /\nparley: the server has not answered: the message may be there already; .*do not send it to bob again\n$/,
  );
  assert.equal((await exported(world, 'alice'))[0]?.state, 'waiting');
  assert.equal((await send(world, 'alice', ['bob', 'next'])).code, 0);
  await bob.next('message', { text: 'next' });
  assert.deepEqual(
    bob.events.filter(({ event }) => event === 'message').map(({ text }) => text),
    ['perhaps', 'next'],
  );
});
