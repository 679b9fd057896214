import assert from 'node:assert/strict';
import { type DescMessage, toBinary } from '@bufbuild/protobuf';
import { decodeMessage, equalBytes, ParleyError } from '@parley/protocol';
import * as wire from '@parley/protocol/wire';
import fc from 'fast-check';
import * as rows from '../../packages/client/src/gen/rows_pb.ts';
import { decodeExactly } from '../../packages/protocol/src/wire/decode.ts';
import type { Target } from '../engine/target.ts';
import { encodingOf } from '../support/protobuf.ts';

const SEEDS = 24;

/** Each message of parley.proto, as `body-NAME`, and of the rows of the vault, as `row-NAME`. */
function target(prefix: string, schema: DescMessage): Target {
  return {
    name: `${prefix}-${schema.name}`,
    decodes: ['decodeMessage', 'decodeExactly'],
    refuses: [ParleyError],
    maxLength: 600,
    quickRuns: 500,
    prepare: () => {
      const structured = encodingOf(schema);
      return {
        run(input) {
          const message = decodeMessage(schema, input);
          const encoded = toBinary(schema, message);
          // Whatever way it was encoded: what is written of it is read and written in the same way.
          assert.ok(equalBytes(toBinary(schema, decodeMessage(schema, encoded)), encoded));
          // Without what is not known it is the one encoding that is taken where nothing may be changed.
          const known = toBinary(schema, message, { writeUnknownFields: false });
          assert.ok(isExact(schema, known));
          assert.equal(isExact(schema, input), equalBytes(input, known));
        },
        seeds: [...fc.sample(structured, { numRuns: SEEDS, seed: 1 }), deepGroups],
        structured,
      };
    },
  };
}

/** Unknown groups within each other: what skips them may not end without a word. */
const deepGroups = new Uint8Array(600).fill((15 << 3) | 3);

function isExact(schema: DescMessage, bytes: Uint8Array): boolean {
  try {
    decodeExactly(schema, bytes);
    return true;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return false;
  }
}

function isMessage(value: unknown): value is DescMessage {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'message';
}

export const targets = [
  ...Object.values<unknown>(wire)
    .filter(isMessage)
    .map((schema) => target('body', schema)),
  ...Object.values<unknown>(rows)
    .filter(isMessage)
    .map((schema) => target('row', schema)),
];
