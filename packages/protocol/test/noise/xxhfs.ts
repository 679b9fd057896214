import { type CryptoProvider, concat, fromHex, toHex, utf8 } from '@parley/protocol';
import { PROTOCOL_NAME } from '../../src/channel/login.ts';
import { HandshakeState } from '../../src/noise/handshake-state.ts';
import { XXhfs } from '../../src/noise/patterns.ts';
import { pairOf, withFixedKeys } from './fixed-keys.ts';

/** Bytes are hexadecimal, as in the public vectors of Noise, whose field names these are where they have one. */
export interface XXhfsVector {
  readonly protocol_name: string;
  readonly prologue: string;
  readonly init_static: string;
  readonly init_ephemeral: string;
  /** Seed d ‖ z of the ML-KEM-768 key e1. */
  readonly init_kem_seed: string;
  readonly resp_static: string;
  readonly resp_ephemeral: string;
  /** Randomness m of the encapsulation. */
  readonly resp_kem_randomness: string;
  readonly handshake_hash: string;
  /** Three of the handshake, then transport messages in turn; before the last two, both directions Rekey. */
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

export type XXhfsInput = Omit<XXhfsVector, 'handshake_hash' | 'messages' | 'protocol_name'> & {
  readonly payloads: readonly string[];
};

const HANDSHAKE_MESSAGES = XXhfs.messages.length;
const NOTHING = new Uint8Array(0);

/**
 * Runs both sides, each with its provider, and returns what was on the wire. Throws when a side does not read what the other
 * wrote.
 */
export function runXXhfs(input: XXhfsInput, initiatorCrypto: CryptoProvider, responderCrypto: CryptoProvider): XXhfsVector {
  const { payloads, ...fixed } = input;
  const common = { pattern: XXhfs, protocolName: PROTOCOL_NAME, prologue: fromHex(fixed.prologue) };
  const initiator = new HandshakeState({
    ...common,
    initiator: true,
    crypto: withFixedKeys(initiatorCrypto, { e: fromHex(fixed.init_ephemeral), e1: fromHex(fixed.init_kem_seed) }),
    s: pairOf(initiatorCrypto.x25519, fromHex(fixed.init_static)),
  });
  const responder = new HandshakeState({
    ...common,
    initiator: false,
    crypto: withFixedKeys(responderCrypto, { e: fromHex(fixed.resp_ephemeral), kem: fromHex(fixed.resp_kem_randomness) }),
    s: pairOf(responderCrypto.x25519, fromHex(fixed.resp_static)),
  });

  const handshake = payloads.slice(0, HANDSHAKE_MESSAGES).map((payload, index) => {
    const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
    const message = writer.writeMessage(fromHex(payload));
    return entry(payload, message, reader.readMessage(message));
  });
  const [hash, sameHash] = [toHex(initiator.handshakeHash), toHex(responder.handshakeHash)];
  if (hash !== sameHash) throw new Error('the two sides have different transcripts');

  const [atInitiator, atResponder] = [initiator.split(), responder.split()];
  const transport = payloads.slice(HANDSHAKE_MESSAGES).map((payload, index, all) => {
    if (index === all.length - 2) {
      for (const { sending, receiving } of [atInitiator, atResponder]) {
        sending.rekey();
        receiving.rekey();
      }
    }
    const [sender, receiver] = index % 2 === 1 ? [atInitiator, atResponder] : [atResponder, atInitiator];
    const message = sender.sending.encryptWithAd(NOTHING, fromHex(payload));
    return entry(payload, message, receiver.receiving.decryptWithAd(NOTHING, message));
  });
  return { protocol_name: PROTOCOL_NAME, ...fixed, handshake_hash: hash, messages: [...handshake, ...transport] };
}

function entry(payload: string, message: Uint8Array, read: Uint8Array): { payload: string; ciphertext: string } {
  if (toHex(read) !== payload) throw new Error('a side read something else than the other wrote');
  return { payload, ciphertext: toHex(message) };
}

/** Inputs that anybody can derive again: SHA-256 (twice for a seed) of a label. */
export function derivedInput(crypto: CryptoProvider, number: number, payloads: readonly string[], prologue: string): XXhfsInput {
  const derive = (label: string) => crypto.sha256(utf8(`parley XXhfs vector ${number} ${label}`));
  return {
    prologue: toHex(utf8(prologue)),
    init_static: toHex(derive('init_static')),
    init_ephemeral: toHex(derive('init_ephemeral')),
    init_kem_seed: toHex(concat(derive('init_kem_seed d'), derive('init_kem_seed z'))),
    resp_static: toHex(derive('resp_static')),
    resp_ephemeral: toHex(derive('resp_ephemeral')),
    resp_kem_randomness: toHex(derive('resp_kem_randomness')),
    payloads,
  };
}
