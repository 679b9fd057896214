import type { KeyPair } from '@parley/protocol';

/** A key encapsulation mechanism of HPKE (RFC 9180, section 4). Keys are raw bytes. */
export interface Kem {
  /** RFC 9180, section 7.1. */
  readonly id: number;
  readonly publicKeyBytes: number;
  readonly secretKeyBytes: number;
  generate(): KeyPair;
  /** `DeriveKeyPair`: the same pair for the same input. */
  derive(inputKey: Uint8Array): KeyPair;
  encapsulate(publicKey: Uint8Array): { sharedSecret: Uint8Array; encapsulated: Uint8Array };
  /** @throws RangeError for an encapsulation of another length */
  decapsulate(secretKey: Uint8Array, encapsulated: Uint8Array): Uint8Array;
}
