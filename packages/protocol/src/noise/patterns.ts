/** What a message carries or mixes in (Noise rev 34, section 5.3; `e1` and `ekem1` from its hybrid forward secrecy extension). */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk' | 'e1' | 'ekem1';

/** A handshake pattern as data (Noise rev 34, section 7). The initiator sends the first message, then they take turns. */
export interface HandshakePattern {
  /** Whose static public key both know before the first message. */
  readonly known: readonly ('initiator' | 'responder')[];
  readonly messages: readonly (readonly Token[])[];
}

/** Mutual authentication, both static keys sent encrypted. */
export const XX: HandshakePattern = {
  known: [],
  messages: [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']],
};

/** XX with a KEM beside the ephemeral Diffie-Hellman: a recorded session stays secret while either holds. */
export const XXhfs: HandshakePattern = {
  known: [],
  messages: [
    ['e', 'e1'],
    ['e', 'ee', 'ekem1', 's', 'es'],
    ['s', 'se'],
  ],
};
