import assert from 'node:assert/strict';
import { DecodeError, isUsername, Opcode, ParleyError, utf8 } from '@parley/protocol';
import { DevicesSchema, PresenceSchema, QuitSchema, RttSchema } from '@parley/protocol/wire';
import fc from 'fast-check';
import { encode } from '../../e2e/support/encode.ts';
import { readPush } from '../../packages/client/src/connection/pushes.ts';
import { claimedUser } from '../../packages/client/src/conversations/claims.ts';
import type { Target } from '../engine/target.ts';

const SEEDS = [
  [Opcode.QUIT, encode(QuitSchema, { reason: 'bye' })],
  [Opcode.PRESENCE, encode(PresenceSchema, { username: 'bob', online: true })],
  [Opcode.RTT, encode(RttSchema, { position: 5n, consent: { statement: utf8('?'), signature: new Uint8Array(64) } })],
  [Opcode.DEVICES, encode(DevicesSchema, { position: 6n, devices: { list: Uint8Array.of(0x0a, 3, 0x62, 0x6f, 0x62) } })],
] as const;

/** What a server sends a client on its own: opcode u8 | body. In whose name it says it comes is for words alone, and never fails. */
const push: Target = {
  name: 'push',
  decodes: ['readPush', 'claimedUser'],
  refuses: [DecodeError, ParleyError],
  maxLength: 600,
  prepare: () => ({
    run(input) {
      const [opcode = 0] = input;
      const body = input.subarray(1);
      const user = claimedUser({ opcode, sequence: 0, body });
      assert.ok(user === undefined || isUsername(user));
      const read = readPush({ opcode, body });
      if (read.kind === 'presence') assert.ok(isUsername(read.presence.username));
    },
    seeds: SEEDS.map(([opcode, body]) => Uint8Array.of(opcode, ...body)),
    structured: fc
      .tuple(fc.constantFrom(...SEEDS), fc.nat(0xff), fc.nat(200))
      .map(([[opcode, body], byte, at]) => Uint8Array.of(opcode, ...body.with(at % body.length, byte))),
  }),
};

export const targets = [push];
