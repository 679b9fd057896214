import assert from 'node:assert/strict';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  concat,
  decodeMessage,
  equalBytes,
  ParleyError,
  POSITION_BYTES,
  positionPrefix,
  readMessageHead,
  readPosition,
} from '@parley/protocol';
import { type Message, MessageSchema } from '@parley/protocol/wire';
import type { Target } from '../engine/target.ts';
import { take } from '../engine/target.ts';
import { encodingOf } from '../support/protobuf.ts';

const MESSAGE = {
  conversation: new Uint8Array(16).fill(1),
  epoch: 300n,
  id: new Uint8Array(16).fill(2),
  ciphertext: new Uint8Array(200).fill(3),
};
const encoded = (init: Partial<typeof MESSAGE> = {}) => toBinary(MessageSchema, create(MessageSchema, { ...MESSAGE, ...init }));

/** The quick way of reading a MESSAGE and protobuf's must agree. */
const head: Target = {
  name: 'message-head',
  decodes: ['readMessageHead'],
  refuses: [ParleyError],
  maxLength: 400,
  prepare: () => ({
    run(input) {
      const found = readMessageHead(input);
      if (found !== undefined) {
        const message = decodeMessage(MessageSchema, input);
        assert.ok(equalBytes(toBinary(MessageSchema, message), input));
        assert.ok(equalBytes(message.conversation, found.conversation) && message.epoch === found.epoch);
        assert.ok(isUsual(message));
        return;
      }
      const message = decodeMessage(MessageSchema, input);
      assert.ok(!(isUsual(message) && equalBytes(toBinary(MessageSchema, message), input)), 'a usual MESSAGE was not read');
      take(undefined);
    },
    seeds: [encoded(), encoded({ epoch: 1n }), encoded({ epoch: 2n ** 27n }), encoded({ ciphertext: Uint8Array.of(1) })],
    structured: encodingOf(MessageSchema),
  }),
};

function isUsual({ position, conversation, epoch, id, ciphertext, $unknown = [] }: Message): boolean {
  const isSized = conversation.length === 16 && id.length === 16 && ciphertext.length > 0;
  return isSized && $unknown.length === 0 && position === 0n && epoch > 0n && epoch < 2n ** 28n;
}

const position: Target = {
  name: 'position',
  decodes: ['readPosition'],
  refuses: [ParleyError],
  maxLength: 300,
  prepare: () => ({
    run(input) {
      const found = take(readPosition(input));
      assert.ok(equalBytes(positionPrefix(found), input.subarray(0, POSITION_BYTES)));
      // A message without a position of its own has this one, once it stands in front.
      const message = decodeMessage(MessageSchema, input.subarray(POSITION_BYTES));
      if (message.position !== 0n) return;
      const placed = decodeMessage(MessageSchema, concat(positionPrefix(found), toBinary(MessageSchema, message)));
      assert.equal(placed.position, found);
    },
    seeds: [
      positionPrefix(0n),
      concat(positionPrefix(2n ** 63n + 5n), encoded()),
      concat(positionPrefix(7n), positionPrefix(8n)),
    ],
    structured: encodingOf(MessageSchema),
  }),
};

export const targets = [head, position];
