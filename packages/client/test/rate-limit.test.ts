import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { MAX_RETRY_AFTER_MS, Opcode } from '@parley/protocol';
import { ErrorSchema, OkSchema } from '@parley/protocol/wire';
import type { Connection } from '../src/connection/connection.ts';
import { Link } from '../src/connection/link.ts';
import { type Reply, RequestError } from '../src/connection/reply.ts';
import { credentialsOf } from '../src/conversations/account.ts';
import { Outbox } from '../src/conversations/outbox.ts';
import { join } from '../src/join.ts';
import { Records } from '../src/records/records.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { Scene } from './support/scene.ts';
import { World } from './support/world.ts';

test('waits as long as the server says, and a second where it does not say', () => {
  assert.deepEqual([rateLimited(0).waitMs, rateLimited(250).waitMs], [1_000, 250]);
});

test('waits no longer than a person might, however long the server says', () => {
  assert.equal(rateLimited(2 ** 32 - 1).waitMs, MAX_RETRY_AFTER_MS);
});

test('a question that was asked too often is asked again only after the wait', async () => {
  await using world = await World.create();
  const vault = new MemoryVault();
  await join({ environment: world.environment, vault, invite: await world.invite(), username: 'alice' });
  const records = await Records.load(vault, world.environment.mls);
  const replies = slowDown();
  const happened: (string | number)[] = [];
  const environment = { ...world.environment };
  const link = new Link(environment, records.account, {
    credentials: () => credentialsOf(records),
    onOnline: (connection) => {
      // From here on the test answers in the server's place.
      environment.setTimer = (callback, delayMs) => {
        happened.push(delayMs);
        return world.environment.setTimer(callback, 0);
      };
      connection.pause = (milliseconds) => void happened.push(`pause ${milliseconds}`);
      connection.send = (_opcode, _body, onReply) => {
        happened.push('ask');
        onReply(replies.shift() as Reply);
      };
    },
    onPush: () => {},
    onError: (error) => assert.fail(error),
    onNonsense: ({ code, why }) => assert.fail(`${code}: ${why}`),
    onOffline: () => {},
    onFatal: (error) => assert.fail(error),
  });
  link.start();
  const reply = await link.ask(Opcode.LIST, new Uint8Array(0));
  link.stop();
  assert.equal(reply.kind, 'ok');
  assert.deepEqual(happened, ['ask', 'pause 1000', 1_000, 'ask', 'pause 250', 250, 'ask']);
});

test('what was sent too fast waits in the outbox, and goes out again', async () => {
  const scene = await Scene.create({ defer: (callback) => callback() });
  const { context } = await scene.device('alice');
  const replies = slowDown();
  const happened: string[] = [];
  const answers: Reply[] = [];
  const outbox = new Outbox(context.records, scene.environment, (_key, reply) => answers.push(reply));
  const connection: Pick<Connection, 'send' | 'pause'> = {
    pause: (milliseconds) => void happened.push(`pause ${milliseconds}`),
    send: (_opcode, _body, onReply) => {
      happened.push('send');
      onReply(replies.shift() as Reply);
    },
  };
  outbox.online(connection as Connection);
  await context.records.transact(async (transaction) => {
    outbox.add(transaction, { key: 'k', opcode: Opcode.SETTINGS, body: new Uint8Array(1) });
  });
  assert.deepEqual(happened, ['send', 'pause 1000', 'send', 'pause 250', 'send']);
  assert.deepEqual(answers, [{ kind: 'ok', ok: create(OkSchema) }]);
});

function rateLimited(retryAfterMs: number): RequestError {
  return new RequestError(create(ErrorSchema, { code: 'rate_limited', retryAfterMs }));
}

/** Twice too fast, the first time without a figure; then done. */
function slowDown(): Reply[] {
  return [
    { kind: 'error', error: rateLimited(0) },
    { kind: 'error', error: rateLimited(250) },
    { kind: 'ok', ok: create(OkSchema) },
  ];
}
