import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { equalBytes } from '../bytes/bytes.ts';
import { ParleyError } from '../errors.ts';

/**
 * A protobuf message from outside.
 * @throws ParleyError `malformed`, whatever the decoder found wrong
 */
export function decodeMessage<Schema extends DescMessage>(schema: Schema, bytes: Uint8Array): MessageShape<Schema> {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw malformed(`${schema.name} does not parse`, cause);
  }
}

/**
 * A protobuf message from outside that must have its one usual encoding, so that what nobody signed cannot be changed either:
 * the decoder forgives a wrong wire type and a field that stands twice, and keeps fields that it does not know.
 * @throws ParleyError `malformed`
 */
export function decodeExactly<Schema extends DescMessage>(schema: Schema, bytes: Uint8Array): MessageShape<Schema> {
  const message = decodeMessage(schema, bytes);
  if (!equalBytes(toBinary(schema, message, { writeUnknownFields: false }), bytes))
    throw malformed(`${schema.name} is encoded in an unusual way`);
  return message;
}

/** Length of a field that protobuf cannot restrict. */
export function requireLength(bytes: Uint8Array, length: number, field: string): void {
  if (bytes.length !== length) throw malformed(`${field} has ${bytes.length} bytes, not ${length}`);
}

export function malformed(detail: string, cause?: unknown): ParleyError {
  return new ParleyError('malformed', detail, cause === undefined ? {} : { cause });
}
