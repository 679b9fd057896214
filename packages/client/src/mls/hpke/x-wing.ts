import { createHash } from 'node:crypto';
import { type CryptoProvider, concat, type KeyPair, utf8, wipe } from '@parley/protocol';
import type { Kem } from './kem.ts';
import { bytesOf } from './symmetric.ts';

const LABEL = utf8('\\.//^\\');
const SECRET_BYTES = 32;
const MLKEM_PUBLIC_BYTES = 1_184;
const MLKEM_CIPHERTEXT_BYTES = 1_088;

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 combined by SHA3-256. It holds while one of the two does.
 * The secret key is a seed of 32 bytes; a public key is the ML-KEM one then the X25519 one, an encapsulation likewise.
 */
export class XWing implements Kem {
  readonly id = 0x647a;
  readonly publicKeyBytes = MLKEM_PUBLIC_BYTES + 32;
  readonly secretKeyBytes = SECRET_BYTES;
  readonly #crypto: CryptoProvider;

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  generate(): KeyPair {
    return this.#pair(this.#crypto.randomBytes(SECRET_BYTES));
  }

  derive(inputKey: Uint8Array): KeyPair {
    return this.#pair(shake256(inputKey, SECRET_BYTES));
  }

  encapsulate(publicKey: Uint8Array): { sharedSecret: Uint8Array; encapsulated: Uint8Array } {
    const recipient = publicKey.subarray(MLKEM_PUBLIC_BYTES);
    const ephemeral = this.#crypto.x25519.generate();
    const classical = this.#crypto.x25519.sharedSecret(ephemeral.secret, recipient);
    const quantum = this.#crypto.mlkem768.encapsulate(publicKey.subarray(0, MLKEM_PUBLIC_BYTES));
    wipe(ephemeral.secret);
    return {
      sharedSecret: combine(quantum.sharedSecret, classical, ephemeral.publicKey, recipient),
      encapsulated: concat(quantum.ciphertext, ephemeral.publicKey),
    };
  }

  decapsulate(secretKey: Uint8Array, encapsulated: Uint8Array): Uint8Array {
    if (encapsulated.length !== MLKEM_CIPHERTEXT_BYTES + 32) throw new RangeError('not an X-Wing encapsulation');
    const ephemeral = encapsulated.subarray(MLKEM_CIPHERTEXT_BYTES);
    const { mlkemSeed, x25519Secret } = expandSeed(secretKey);
    const classical = this.#crypto.x25519.sharedSecret(x25519Secret, ephemeral);
    const quantum = this.#crypto.mlkem768.decapsulate(mlkemSeed, encapsulated.subarray(0, MLKEM_CIPHERTEXT_BYTES));
    const recipient = this.#crypto.x25519.publicKey(x25519Secret);
    wipe(mlkemSeed, x25519Secret);
    return combine(quantum, classical, ephemeral, recipient);
  }

  #pair(secret: Uint8Array): KeyPair {
    const { mlkemSeed, x25519Secret } = expandSeed(secret);
    const publicKey = concat(this.#crypto.mlkem768.publicKey(mlkemSeed), this.#crypto.x25519.publicKey(x25519Secret));
    wipe(mlkemSeed, x25519Secret);
    return { secret, publicKey };
  }
}

function expandSeed(seed: Uint8Array): { mlkemSeed: Uint8Array; x25519Secret: Uint8Array } {
  const expanded = shake256(seed, 96);
  return { mlkemSeed: expanded.subarray(0, 64), x25519Secret: expanded.subarray(64) };
}

/** Wipes the two shared secrets it combines. */
function combine(quantum: Uint8Array, classical: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const hash = createHash('sha3-256').update(quantum).update(classical).update(ephemeral).update(recipient).update(LABEL);
  wipe(quantum, classical);
  return bytesOf(hash.digest());
}

function shake256(input: Uint8Array, outputLength: number): Uint8Array {
  return bytesOf(createHash('shake256', { outputLength }).update(input).digest());
}
