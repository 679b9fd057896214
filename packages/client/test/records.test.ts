import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Lanes } from '../src/conversations/lanes.ts';
import { ContactSchema } from '../src/gen/rows_pb.ts';
import { Scene } from './support/scene.ts';

const carol = create(ContactSchema, { username: 'carol' });

test('shows changes to nobody before they are written, and all of them after', async () => {
  const { records, vault } = await device();
  const order: string[] = [];
  vault.beforeWrite = () => {
    assert.equal(records.contacts.rows.has('carol'), false);
    order.push('written');
  };
  await records.transact(async (transaction) => {
    transaction.effect(() => order.push('effect'));
    transaction.put(records.contacts, carol);
    assert.equal(transaction.get(records.contacts, 'carol'), carol);
  });
  assert.equal(records.contacts.rows.get('carol'), carol);
  assert.deepEqual(order, ['written', 'effect']);
});

test('takes nothing of an attempt that failed', async () => {
  const { records, vault } = await device();
  let effects = 0;
  await records.transact(async (transaction) => {
    const attempt = transaction.attempt(async (inner) => {
      inner.put(records.contacts, carol);
      inner.putRow({ collection: 'seen', key: 'x', value: new Uint8Array(0) });
      inner.effect(() => {
        effects += 1;
      });
      inner.atEnd('once', async () => {
        effects += 1;
      });
      throw new Error('no');
    });
    await assert.rejects(attempt);
    assert.deepEqual([transaction.get(records.contacts, 'carol'), await transaction.has('seen', 'x')], [undefined, false]);
  });
  assert.deepEqual([effects, records.contacts.rows.size, vault.rows.has('seen/x')], [0, 0, false]);
});

test('takes all of an attempt that did not', async () => {
  const { records } = await device();
  await records.transact(async (transaction) => {
    await transaction.attempt(async (inner) => inner.put(records.contacts, carol));
    await transaction.attempt(async (inner) => {
      assert.deepEqual(inner.values(records.contacts), [carol]);
      inner.delete(records.contacts, 'carol');
    });
    assert.deepEqual(transaction.values(records.contacts), []);
  });
  assert.equal(records.contacts.rows.size, 0);
});

test('runs what is asked for at the end once', async () => {
  const { records } = await device();
  const ran: string[] = [];
  await records.transact(async (transaction) => {
    for (const name of ['a', 'b', 'a']) transaction.atEnd(name, async () => void ran.push(name));
    ran.push('work');
  });
  assert.deepEqual(ran, ['work', 'a', 'b']);
});

test('carries out one transaction after the other, also after one that failed', async () => {
  const { records } = await device();
  const order: string[] = [];
  const first = records.transact(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push('first');
    throw new Error('no');
  });
  const second = records.transact(async () => void order.push('second'));
  await assert.rejects(first);
  await second;
  assert.deepEqual(order, ['first', 'second']);
});

test('runs the jobs of one user in order, those of others beside them, and no more than so many', async () => {
  const lanes = new Lanes(3);
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const idle = Promise.withResolvers<void>();
  const look = (): void => {
    if (lanes.isIdle) idle.resolve();
  };
  assert.equal(
    lanes.run('bob', () => gate.promise.then(() => void order.push('bob 1')), look),
    true,
  );
  assert.equal(
    lanes.run('bob', async () => void order.push('bob 2'), look),
    true,
  );
  assert.equal(
    lanes.run('carol', async () => void order.push('carol'), look),
    true,
  );
  assert.equal(
    lanes.run('dave', async () => void order.push('dave'), look),
    false,
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([order, lanes.isBusy('bob'), lanes.isBusy('carol')], [['carol'], true, false]);
  gate.resolve();
  await idle.promise;
  assert.deepEqual(order, ['carol', 'bob 1', 'bob 2']);
});

async function device() {
  const scene = await Scene.create();
  const { context, vault } = await scene.device('alice');
  return { records: context.records, vault };
}
