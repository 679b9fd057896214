import { utf8 } from '../bytes/bytes.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { type CryptoProvider, DecryptError, InvalidKeyError, type KeyPair, LowOrderPointError } from '../crypto/provider.ts';
import { ParleyError } from '../errors.ts';
import { HandshakeState } from '../noise/handshake-state.ts';
import { XXhfs } from '../noise/patterns.ts';

export const PROTOCOL_NAME = 'Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256';
const PROLOGUE = utf8('parley/1');

/** The Noise handshake of a login (docs/protocol.md, "Authentication phase"). */
export function loginHandshake(crypto: CryptoProvider, initiator: boolean, channelKey: KeyPair): HandshakeState {
  return new HandshakeState({
    crypto,
    pattern: XXhfs,
    protocolName: PROTOCOL_NAME,
    initiator,
    prologue: PROLOGUE,
    s: channelKey,
  });
}

/**
 * Runs a step that reads what the peer sent, and turns the ways in which that can be wrong into codes.
 * @throws ParleyError `bad_record` for what is not authentic, `malformed` for what has not the form it must have
 */
export function readingFromPeer<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecryptError || error instanceof LowOrderPointError || error instanceof InvalidKeyError) {
      throw new ParleyError('bad_record', `the handshake failed: ${error.message}`);
    }
    if (error instanceof DecodeError) throw new ParleyError('malformed', `the handshake failed: ${error.message}`);
    throw error;
  }
}

/**
 * What a state of the handshake can do, exactly once: a nonce or an ephemeral key used twice would give the session away.
 * It is used up even by a step that fails.
 */
export class Once<T> {
  #value: T | undefined;

  constructor(value: T) {
    this.#value = value;
  }

  take(): T {
    const value = this.#value;
    if (value === undefined) throw new Error('this state of the handshake was left already');
    this.#value = undefined;
    return value;
  }
}
