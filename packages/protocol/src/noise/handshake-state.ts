import { concat, wipe } from '../bytes/bytes.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { ByteReader } from '../bytes/reader.ts';
import { MLKEM768_CIPHERTEXT_BYTES, MLKEM768_PUBLIC_KEY_BYTES, X25519_KEY_BYTES } from '../crypto/lengths.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { MAX_TRANSPORT_MESSAGE } from '../limits.ts';
import type { CipherState } from './cipher-state.ts';
import type { HandshakePattern, Token } from './patterns.ts';
import { SymmetricState } from './symmetric-state.ts';

export interface HandshakeOptions {
  readonly crypto: CryptoProvider;
  readonly pattern: HandshakePattern;
  /** Such as `Noise_XX_25519_ChaChaPoly_SHA256`. */
  readonly protocolName: string;
  readonly initiator: boolean;
  readonly prologue: Uint8Array;
  /** Own static key pair, where the pattern uses one. The caller keeps owning it. */
  readonly s?: KeyPair;
  /** The peer's static public key, 32 bytes, where the pattern says it is known. */
  readonly rs?: Uint8Array;
  /** One for each `psk` token, 32 bytes each, in order. */
  readonly psks?: readonly Uint8Array[];
}

/** The keys of the transport phase as this side sees them. */
export interface TransportKeys {
  readonly sending: CipherState;
  readonly receiving: CipherState;
}

/**
 * One side of a Noise handshake over X25519, ML-KEM-768, ChaCha20-Poly1305 and SHA-256 (Noise rev 34, section 5.3). Ephemeral
 * keys come from the crypto provider. After any failure the state is wiped and every later call throws.
 */
export class HandshakeState {
  readonly #crypto: CryptoProvider;
  readonly #pattern: HandshakePattern;
  readonly #initiator: boolean;
  readonly #symmetric: SymmetricState;
  readonly #psks: Uint8Array[];
  readonly #mixesEphemerals: boolean;
  readonly #s: KeyPair | undefined;
  #rs: Uint8Array | undefined;
  #e: KeyPair | undefined;
  #re: Uint8Array | undefined;
  #e1: KeyPair | undefined;
  #re1: Uint8Array | undefined;
  #next = 0;

  constructor({ crypto, pattern, protocolName, initiator, prologue, s, rs, psks = [] }: HandshakeOptions) {
    this.#crypto = crypto;
    this.#pattern = pattern;
    this.#initiator = initiator;
    this.#s = s;
    this.#rs = rs;
    this.#psks = [...psks];
    // Section 9.2: with pre-shared keys, ephemeral public keys go into the key too, so that each side randomizes what it
    // encrypts.
    this.#mixesEphemerals = psks.length > 0;
    this.#symmetric = new SymmetricState(crypto, protocolName);
    this.#symmetric.mixHash(prologue);
    for (const side of pattern.known) {
      this.#symmetric.mixHash((side === 'initiator') === initiator ? present(s).publicKey : present(rs));
    }
  }

  get finished(): boolean {
    return this.#next === this.#pattern.messages.length;
  }

  /** The peer's static public key, 32 bytes, once known. Authenticated only as far as the messages read so far. */
  get remoteStatic(): Uint8Array {
    return present(this.#rs);
  }

  /** The hash of the whole transcript, 32 bytes: equal on both sides, and other in each handshake. */
  get handshakeHash(): Uint8Array {
    return this.#symmetric.handshakeHash;
  }

  /** The next message, with the payload at its end; encrypted as soon as there is a key. */
  writeMessage(payload: Uint8Array): Uint8Array {
    return this.#step(this.#initiator, (tokens) => {
      const parts = tokens.flatMap((token) => this.#writeToken(token));
      const message = concat(...parts, this.#symmetric.encryptAndHash(payload));
      if (message.length > MAX_TRANSPORT_MESSAGE) throw new RangeError('the payload is too long');
      return message;
    });
  }

  /**
   * The payload of the peer's next message.
   * @throws DecodeError when it is too short or too long, DecryptError when it is not authentic, LowOrderPointError or
   * InvalidKeyError for a key that must be refused
   */
  readMessage(message: Uint8Array): Uint8Array {
    return this.#step(!this.#initiator, (tokens) => {
      if (message.length > MAX_TRANSPORT_MESSAGE) throw new DecodeError('longer than any Noise message');
      const reader = new ByteReader(message);
      for (const token of tokens) this.#readToken(token, reader);
      return this.#symmetric.decryptAndHash(reader.rest());
    });
  }

  /** Call once, after the last message. Wipes this state. */
  split(): TransportKeys {
    if (!this.finished) throw new Error('the handshake is not finished');
    const [toResponder, toInitiator] = this.#symmetric.split();
    this.#end();
    return this.#initiator ? { sending: toResponder, receiving: toInitiator } : { sending: toInitiator, receiving: toResponder };
  }

  #step(fromInitiator: boolean, run: (tokens: readonly Token[]) => Uint8Array): Uint8Array {
    const tokens = this.#pattern.messages[this.#next];
    if (tokens === undefined || (this.#next % 2 === 0) !== fromInitiator) throw new Error('not the turn of this message');
    try {
      const result = run(tokens);
      this.#next++;
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #writeToken(token: Token): Uint8Array[] {
    switch (token) {
      case 'e':
        this.#e = this.#crypto.x25519.generate();
        this.#mixEphemeral(this.#e.publicKey);
        return [this.#e.publicKey];
      case 's':
        return [this.#symmetric.encryptAndHash(present(this.#s).publicKey)];
      case 'e1':
        this.#e1 = this.#crypto.mlkem768.generate();
        return [this.#symmetric.encryptAndHash(this.#e1.publicKey)];
      case 'ekem1': {
        const { ciphertext, sharedSecret } = this.#crypto.mlkem768.encapsulate(present(this.#re1));
        const sealed = this.#symmetric.encryptAndHash(ciphertext);
        this.#mixSecret(sharedSecret);
        return [sealed];
      }
      default:
        this.#mixToken(token);
        return [];
    }
  }

  #readToken(token: Token, reader: ByteReader): void {
    const take = (length: number) => this.#symmetric.decryptAndHash(reader.take(length + this.#symmetric.overhead));
    switch (token) {
      case 'e':
        this.#re = reader.take(X25519_KEY_BYTES).slice();
        this.#mixEphemeral(this.#re);
        return;
      case 's':
        this.#rs = take(X25519_KEY_BYTES);
        return;
      case 'e1':
        this.#re1 = take(MLKEM768_PUBLIC_KEY_BYTES);
        return;
      case 'ekem1':
        this.#mixSecret(this.#crypto.mlkem768.decapsulate(present(this.#e1).secret, take(MLKEM768_CIPHERTEXT_BYTES)));
        return;
      default:
        this.#mixToken(token);
    }
  }

  /** The tokens that send nothing: both sides do the same. In `es` and `se` the first letter is the initiator's key. */
  #mixToken(token: 'ee' | 'es' | 'se' | 'ss' | 'psk'): void {
    if (token === 'psk') {
      this.#symmetric.mixKeyAndHash(present(this.#psks.shift()));
      return;
    }
    const [own, remote] = this.#initiator ? [token[0], token[1]] : [token[1], token[0]];
    const { secret } = present(own === 'e' ? this.#e : this.#s);
    this.#mixSecret(this.#crypto.x25519.sharedSecret(secret, present(remote === 'e' ? this.#re : this.#rs)));
  }

  #mixEphemeral(publicKey: Uint8Array): void {
    this.#symmetric.mixHash(publicKey);
    if (this.#mixesEphemerals) this.#symmetric.mixKey(publicKey);
  }

  #mixSecret(secret: Uint8Array): void {
    this.#symmetric.mixKey(secret);
    wipe(secret);
  }

  /** Leaves nothing to continue from: no turn comes after this, and the ephemeral secrets are gone. */
  #end(): void {
    this.#next = Number.POSITIVE_INFINITY;
    this.#symmetric.wipe();
    for (const pair of [this.#e, this.#e1]) if (pair !== undefined) wipe(pair.secret);
  }
}

/** A key that the pattern says must be there by now. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the handshake pattern needs a key that was not given');
  return value;
}
