import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
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

/** Length of a field that protobuf cannot restrict. */
export function requireLength(bytes: Uint8Array, length: number, field: string): void {
  if (bytes.length !== length) throw malformed(`${field} has ${bytes.length} bytes, not ${length}`);
}

export function malformed(detail: string, cause?: unknown): ParleyError {
  return new ParleyError('malformed', detail, cause === undefined ? {} : { cause });
}
