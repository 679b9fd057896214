import { MIN_PADDED_CONTENT, padme } from '@parley/protocol';
import type { PaddingConfig } from 'ts-mls';

/** An Ed25519 signature and the varint of its length. */
const SIGNATURE_FIELD_BYTES = 64 + 2;

/**
 * Padding of the PrivateMessageContent (RFC 9420, section 6.3.1) of an application message: to a Padmé length of at least 256
 * bytes. ts-mls pads to a fixed length only, so each message gets its own.
 */
export function paddingFor(plaintextBytes: number): PaddingConfig {
  const content = varintBytes(plaintextBytes) + plaintextBytes + SIGNATURE_FIELD_BYTES;
  return { kind: 'padUntilLength', padUntilLength: padme(Math.max(MIN_PADDED_CONTENT, content)) };
}

/** RFC 9420, section 2.1.2. */
function varintBytes(length: number): number {
  if (length < 64) return 1;
  return length < 16_384 ? 2 : 4;
}
