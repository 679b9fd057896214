import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { concat } from '../../src/bytes/bytes.ts';
import { POSITION_BYTES, positionPrefix, readPosition } from '../../src/channel/position.ts';
import { MessageSchema } from '../../src/gen/parley_pb.ts';

test('reads the position that was written, wherever the body lies in its buffer', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array(), fc.nat(20), (position, body, offset) => {
      const item = concat(new Uint8Array(offset), positionPrefix(position), body).subarray(offset);
      assert.equal(readPosition(item), position);
      assert.deepEqual(item.subarray(POSITION_BYTES), body);
    }),
  );
});

test('is field 1 of the message it stands in front of', () => {
  const body = toBinary(MessageSchema, create(MessageSchema, { epoch: 7n }));
  const item = fromBinary(MessageSchema, concat(positionPrefix(0x0102030405060708n), body));
  assert.equal(item.position, 0x0102030405060708n);
  assert.equal(item.epoch, 7n);
});

test('finds no position in a body that is too short or starts with another field', () => {
  assert.equal(readPosition(new Uint8Array(0)), undefined);
  assert.equal(readPosition(positionPrefix(1n).subarray(0, POSITION_BYTES - 1)), undefined);
  assert.equal(readPosition(Uint8Array.of(0x0a, 7, 0, 0, 0, 0, 0, 0, 0)), undefined);
});
