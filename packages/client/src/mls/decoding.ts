import { equalBytes, MAX_MLS_MESSAGE } from '@parley/protocol';
import { type Decoder, decodeMlsMessage, encodeMlsMessage, type MLSMessage } from 'ts-mls';
import { guardedSync } from './failures.ts';
import { MlsError } from './mls.ts';

type Wireformat = MLSMessage['wireformat'];

/**
 * An MLSMessage (RFC 9420, section 6) of the one kind that is expected here.
 * @throws MlsError malformed; refused for another kind
 */
export function decodeMessage<W extends Wireformat>(
  bytes: Uint8Array,
  wireformat: W,
  maxBytes = MAX_MLS_MESSAGE,
): Extract<MLSMessage, { wireformat: W }> {
  if (bytes.length > maxBytes) throw new MlsError('malformed', 'an MLS message that is too large');
  const message = decodeAll(decodeMlsMessage, bytes, 'an MLS message');
  // The library also takes lengths that are longer than they need be (RFC 9420, section 2.1.2 forbids them), and authenticates
  // what it would have written itself: a server could change the bytes of a message that still opens.
  const canonical = guardedSync('malformed', 'not an MLS message', () => encodeMlsMessage(message));
  if (!equalBytes(canonical, bytes)) throw new MlsError('malformed', 'an MLS message that is not in its one encoding');
  if (message.wireformat !== wireformat) throw new MlsError('refused', `not the kind of MLS message taken here (${wireformat})`);
  return message as Extract<MLSMessage, { wireformat: W }>;
}

/**
 * Decodes a copy: the library's decoders return views of their input, which is the caller's.
 * @throws MlsError malformed, also for bytes that trail
 */
export function decodeAll<T>(decoder: Decoder<T>, bytes: Uint8Array, what: string): T {
  return guardedSync('malformed', `not ${what}`, () => {
    const copy = new Uint8Array(bytes);
    const decoded = decoder(copy, 0);
    if (decoded === undefined || decoded[1] !== copy.length) throw new MlsError('malformed', `not ${what}`);
    return decoded[0];
  });
}
