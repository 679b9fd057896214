import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';

/** A protobuf message as bytes, from what a test says of it. */
export function encode<Schema extends DescMessage>(schema: Schema, message: MessageInitShape<Schema>): Uint8Array {
  return toBinary(schema, create(schema, message));
}
