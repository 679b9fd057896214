/** Tag of field 1, fixed64: a body with its position in front is still the protobuf message it was. */
const TAG = 0x09;

/** What stands in front of the body of whatever a mailbox delivers, bytes: the tag and the position, u64 little-endian. */
export const POSITION_BYTES = 9;

/** The prefix that says where in its mailbox an item stands (docs/protocol.md, "Delivery"). */
export function positionPrefix(position: bigint): Uint8Array {
  const prefix = new Uint8Array(POSITION_BYTES);
  prefix[0] = TAG;
  new DataView(prefix.buffer).setBigUint64(1, position, true);
  return prefix;
}

/** The position in front of a body, `undefined` where there is none. What the body says of itself behind it is not looked at. */
export function readPosition(body: Uint8Array): bigint | undefined {
  if (body.length < POSITION_BYTES || body[0] !== TAG) return undefined;
  return new DataView(body.buffer, body.byteOffset).getBigUint64(1, true);
}
