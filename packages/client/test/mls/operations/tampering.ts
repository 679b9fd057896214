import type { Made } from './holder.ts';
import type { ReferenceState, Sealed, Verdict } from './reference.ts';

/*
 * A PrivateMessage in an MLSMessage (RFC 9420, section 6), where the group id has 16 bytes:
 *   version u16 | wire format u16 | 16 | group id | epoch u64 | content type u8 | n | authenticated data (0 or 16 bytes)
 *   | 28 | sender data | length | ciphertext
 */
const WIRE_FORMAT = 2;
const GROUP_ID_LENGTH = 4;
const GROUP_ID = 5;
const EPOCH = 21;
const CONTENT_TYPE = 29;
const AAD_LENGTH = 30;
const AAD = 31;
const SENDER_DATA_BYTES = 28;
const CONTENT_TYPES = [1, 2, 3];

/** Bytes that somebody has made of a PrivateMessage, and what may become of them. */
interface Tampered {
  readonly bytes: Uint8Array;
  readonly allowed: readonly Verdict[];
}

/** Any refusal: a length is wrong, so what follows is read as something else. */
const ANY_REFUSAL: readonly Verdict[] = ['malformed', 'wrong_group', 'refused', 'wrong_epoch', 'cannot_decrypt'];

/** One byte changed, at `offset`, by a mask that is not 0. It is given to `holder` for what it was. */
export function flipped(made: Made, offset: number, mask: number, holder: ReferenceState): Tampered {
  const bytes = made.bytes.slice();
  bytes[offset] = (bytes[offset] ?? 0) ^ mask;
  return { bytes, allowed: afterFlip(made, bytes, offset, holder) };
}

function afterFlip(made: Made, bytes: Uint8Array, offset: number, holder: ReferenceState): readonly Verdict[] {
  if (offset < WIRE_FORMAT) return ['malformed'];
  // Perhaps another kind of message: it is not one, or not one that is taken here.
  if (offset < GROUP_ID_LENGTH) return ['malformed', 'refused'];
  if (offset === GROUP_ID_LENGTH) return ANY_REFUSAL;
  if (offset < EPOCH) return ['wrong_group'];
  if (offset < CONTENT_TYPE) {
    const epoch = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(EPOCH));
    return [unopened({ ...made, epoch }, holder)];
  }
  const contentType = bytes[CONTENT_TYPE] ?? 0;
  if (!CONTENT_TYPES.includes(contentType)) return ['malformed'];
  if (offset === CONTENT_TYPE) return [unopened(made, holder) === 'wrong_group' ? 'wrong_group' : 'refused'];
  const senderData = AAD + (made.bytes[AAD_LENGTH] ?? 0);
  const length = senderData + 1 + SENDER_DATA_BYTES;
  const lengthBytes = (made.bytes[length] ?? 0) < 0x40 ? 1 : 2;
  const isLength = offset === AAD_LENGTH || offset === senderData || (offset >= length && offset < length + lengthBytes);
  return isLength ? ANY_REFUSAL : [unopened(made, holder)];
}

/** Group id and epoch of a message replaced by the holder's own: now only the keys are wrong. */
export function relabelled({ bytes }: Made, holder: ReferenceState): Tampered {
  const changed = bytes.slice();
  changed.set(holder.group.id, GROUP_ID);
  new DataView(changed.buffer).setBigUint64(EPOCH, BigInt(holder.epoch));
  return { bytes: changed, allowed: ['cannot_decrypt'] };
}

/** As the reference judges it, but that its contents open for nobody any more. */
function unopened(made: Sealed, holder: ReferenceState): Verdict {
  const verdict = made.kind === 'message' ? holder.message(made) : holder.commit(made);
  return verdict === 'opens' ? 'cannot_decrypt' : verdict;
}
