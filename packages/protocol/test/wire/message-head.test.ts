import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { concat, decodeMessage, MAX_CIPHERTEXT, readMessageHead } from '@parley/protocol';
import { MessageSchema } from '@parley/protocol/wire';
import fc from 'fast-check';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ciphertext = fc.uint8Array({ minLength: 1, maxLength: 400 });
const epochs = fc.oneof(fc.bigInt(1n, 300n), fc.bigInt(1n, 2n ** 28n - 1n));
const messages = fc.record({ conversation: bytes(16), epoch: epochs, id: bytes(16), ciphertext });

const encode = (message: Parameters<typeof create<typeof MessageSchema>>[1]): Uint8Array =>
  toBinary(MessageSchema, create(MessageSchema, message));
const MESSAGE = {
  conversation: new Uint8Array(16).fill(1),
  epoch: 7n,
  id: new Uint8Array(16).fill(2),
  ciphertext: Uint8Array.of(3),
};

test('reads what the decoder reads, wherever the body lies', () => {
  fc.assert(
    fc.property(messages, fc.nat(20), (message, offset) => {
      const body = concat(new Uint8Array(offset), encode(message)).subarray(offset);
      const { conversation, epoch } = message;
      assert.deepEqual(readMessageHead(body), { conversation, epoch });
    }),
  );
});

test('takes nothing for a message but the usual encoding of what the decoder takes for one', () => {
  fc.assert(
    fc.property(messages, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, at, change) => {
      const body = encode(message);
      const index = at % body.length;
      body[index] = (body[index] as number) ^ change;
      const head = readMessageHead(body);
      if (head === undefined) return;
      const decoded = decodeMessage(MessageSchema, body);
      assert.deepEqual(toBinary(MessageSchema, decoded), body);
      assert.deepEqual(head, { conversation: decoded.conversation, epoch: decoded.epoch });
      assert.deepEqual([decoded.position, decoded.id.length, decoded.$unknown], [0n, 16, undefined]);
    }),
    { numRuns: 2_000 },
  );
});

test('takes no bytes at all for a message that are none, and reads nothing beyond them', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (body) => readMessageHead(body) === undefined));
  const body = encode(MESSAGE);
  for (let length = 0; length < body.length; length += 1) assert.equal(readMessageHead(body.subarray(0, length)), undefined);
  assert.equal(readMessageHead(concat(body, Uint8Array.of(0))), undefined);
});

for (const [what, message] of Object.entries({
  'a position': { ...MESSAGE, position: 1n },
  'a conversation id of another length': { ...MESSAGE, conversation: new Uint8Array(15) },
  'no epoch': { ...MESSAGE, epoch: 0n },
  'an epoch that takes more than 28 bits': { ...MESSAGE, epoch: 2n ** 28n },
  'an id of another length': { ...MESSAGE, id: new Uint8Array(17) },
  'no ciphertext': { ...MESSAGE, ciphertext: new Uint8Array(0) },
  'more ciphertext than a message may have': { ...MESSAGE, ciphertext: new Uint8Array(MAX_CIPHERTEXT + 1) },
})) {
  test(`leaves a body with ${what} to the decoder`, () => assert.equal(readMessageHead(encode(message)), undefined));
}

test('leaves a number that is longer than it need be to the decoder', () => {
  const body = encode(MESSAGE);
  const epoch = 18; // its tag
  assert.equal(body[epoch], 0x18);
  const longer = concat(body.subarray(0, epoch + 1), Uint8Array.of(0x87, 0x00), body.subarray(epoch + 2));
  assert.equal(decodeMessage(MessageSchema, longer).epoch, 7n);
  assert.equal(readMessageHead(longer), undefined);
});
