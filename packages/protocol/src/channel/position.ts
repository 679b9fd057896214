/** Tag of field 1, fixed64: a body with its position in front is still the protobuf message it was. */
const TAG = 0x09;

/** What stands in front of the body of whatever a mailbox delivers, bytes: the tag and the position, u64 little-endian. */
export const POSITION_BYTES = 9;

/**
 * The prefix that says where in its mailbox an item stands (docs/protocol.md, "Delivery").
 * @param prefix where to put it, 9 bytes, for a caller that makes many
 */
export function positionPrefix(position: bigint, prefix = new Uint8Array(POSITION_BYTES)): Uint8Array {
  prefix[0] = TAG;
  let low = Number(BigInt.asUintN(32, position));
  let high = Number(position >> 32n);
  for (let i = 1; i <= 4; i += 1) {
    prefix[i] = low;
    prefix[i + 4] = high;
    low >>>= 8;
    high >>>= 8;
  }
  return prefix;
}

/** The position in front of a body, `undefined` where there is none. What the body says of itself behind it is not looked at. */
export function readPosition(body: Uint8Array): bigint | undefined {
  if (body.length < POSITION_BYTES || body[0] !== TAG) return undefined;
  return new DataView(body.buffer, body.byteOffset).getBigUint64(1, true);
}
