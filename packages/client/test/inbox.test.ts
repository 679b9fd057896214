import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { MAX_FRAME, MAX_INBOX_BYTES, Opcode } from '@parley/protocol';
import { AckSchema } from '@parley/protocol/wire';
import type { Connection } from '../src/connection/connection.ts';
import { Scene } from './support/scene.ts';

/** What reconnects while it works: the server knows only what it has brought on this connection. */
class OtherConnection implements Pick<Connection, 'notify' | 'close'> {
  readonly acks: bigint[] = [];
  isClosed = false;

  notify(opcode: Opcode, body: Uint8Array): void {
    if (opcode === Opcode.ACK) this.acks.push(fromBinary(AckSchema, body).position);
  }

  close(): void {
    this.isClosed = true;
  }

  static create(): OtherConnection & Connection {
    return new OtherConnection() as OtherConnection & Connection;
  }
}

const NOTHING = new Uint8Array(0);

test('acknowledges what the newest connection has brought, and not what an earlier one was ahead of it', async () => {
  const { bob } = await (await Scene.create()).pair();
  const positions = [bob.nextPosition(), bob.nextPosition(), bob.nextPosition()] as const;
  const again = OtherConnection.create();
  let taken = 0;
  bob.context.publishKeys = () => {
    taken += 1;
  };
  for (const position of positions) bob.push(Opcode.REJOIN, NOTHING, position);
  for (const position of positions.slice(0, 2)) bob.push(Opcode.REJOIN, NOTHING, position, again);
  await bob.settled();
  assert.deepEqual(again.acks, [positions[1]]);
  bob.push(Opcode.REJOIN, NOTHING, positions[2], again);
  await bob.settled();
  assert.deepEqual(again.acks, [positions[1], positions[2]]);
  assert.equal(taken, positions.length, 'each was taken once');
});

test('drops a connection that brings more than may wait, and goes on with what it has brought', async () => {
  const { bob } = await (await Scene.create()).pair();
  const connection = OtherConnection.create();
  const body = new Uint8Array(MAX_FRAME / 2);
  let frames = 0;
  const positions: bigint[] = [];
  for (; !connection.isClosed; frames += 1) {
    const position = bob.nextPosition();
    bob.push(Opcode.QUIT, body, position, connection);
    positions.push(position);
  }
  assert.ok((frames - 1) * body.length <= MAX_INBOX_BYTES && frames * (body.length + 16) > MAX_INBOX_BYTES, `${frames} frames`);
  await bob.settled();
  assert.equal(bob.context.records.progress().position, positions.at(-2));
});
