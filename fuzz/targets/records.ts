import assert from 'node:assert/strict';
import { concat, equalBytes, ParleyError, padme } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import fc from 'fast-check';
import { Channel } from '../../packages/protocol/src/channel/channel.ts';
import { RecordOpener, RecordSealer } from '../../packages/protocol/src/channel/records.ts';
import { CipherState } from '../../packages/protocol/src/noise/cipher-state.ts';
import type { Target } from '../engine/target.ts';
import { frames } from '../support/frames.ts';
import { behindTheTag, fillUp, plaintext } from '../support/sealed.ts';

const cipher = (key: number) => new CipherState(nodeCrypto, new Uint8Array(32).fill(key));

const bare: Target = {
  name: 'record',
  decodes: ['RecordOpener'],
  refuses: [ParleyError],
  maxLength: 600,
  prepare: () => {
    const sealed = new RecordSealer(cipher(0)).seal(fillUp(Uint8Array.of(0, 1, 7), 256));
    return {
      run(input) {
        new RecordOpener(cipher(0)).open(input);
        assert.ok(equalBytes(input, sealed), 'forged');
      },
      seeds: [sealed, new Uint8Array(272), new Uint8Array(280)],
    };
  },
};

/** What whoever has the keys may seal: each 288 bytes of the input are the plaintext of a record. */
const inside: Target = {
  name: 'record-sealed',
  decodes: ['Channel'],
  refuses: [ParleyError],
  maxLength: 3 * 288,
  prepare: () => ({
    run(input) {
      const sealer = new RecordSealer(cipher(1));
      const channel = new Channel({ sending: cipher(2), receiving: cipher(1) }, new Uint8Array(32));
      let [sealed, received] = [0, 0];
      for (let at = 0; at === 0 || at < input.length; at += 288) {
        const content = input.subarray(at, at + 288);
        const padded = fillUp(content, padme(Math.max(256, content.length)));
        sealed += padded.length;
        const found = behindTheTag(() => channel.open(sealer.seal(padded)));
        for (const { body } of found) received += body.length;
        assert.ok(channel.partialBytes <= 2 * sealed, 'memory for what was announced only');
      }
      assert.ok(received <= sealed, 'frames out of nothing');
    },
    seeds: [Uint8Array.of(0, 9, 5, 0, 0, 1, 0, 0, 0, 1, 7), Uint8Array.of(0, 8, 5, 0x10, 0, 1, 0, 0, 0, 1), Uint8Array.of(1, 0)],
    tokens: [Uint8Array.of(0, 8), Uint8Array.of(1, 0x1e), new Uint8Array(40)],
    structured: fc
      .array(plaintext(fc.oneof(frames, fc.uint8Array({ maxLength: 240 })), 288), { minLength: 1, maxLength: 3 })
      .map((plaintexts) => concat(...plaintexts)),
  }),
};

export const targets = [bare, inside];
