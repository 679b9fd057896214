import { concat, utf8 } from '../bytes/bytes.ts';
import { ED25519_SIGNATURE_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { malformed, requireLength } from '../wire/decode.ts';

/** What a signature is for stands in front of the signed bytes: no signature means anything in another place. */
export const SigningDomain = {
  deviceCertificate: utf8('parley device certificate v1\0'),
  deviceList: utf8('parley device list v1\0'),
  consent: utf8('parley consent v1\0'),
} as const;

/** Ed25519 signature (64 bytes) over domain ‖ bytes. */
export function signIn(crypto: CryptoProvider, domain: Uint8Array, seed: Uint8Array, bytes: Uint8Array): Uint8Array {
  return crypto.ed25519.sign(seed, concat(domain, bytes));
}

/** @throws ParleyError `malformed` when the signature does not hold */
export function verifyIn(
  crypto: CryptoProvider,
  domain: Uint8Array,
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
): void {
  requireLength(signature, ED25519_SIGNATURE_BYTES, 'signature');
  if (!crypto.ed25519.verify(publicKey, concat(domain, bytes), signature)) throw malformed('the signature does not hold');
}
