import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { malformed } from '../wire/decode.ts';

const SEED_BYTES = 32;
const WORDS = 24;

/** A fresh user identity key (Ed25519); its seed is the account's recovery secret. */
export function generateIdentity(crypto: CryptoProvider): KeyPair {
  return crypto.ed25519.generate();
}

/** The identity key of a 32-byte seed, e.g. of a recovery phrase. */
export function identityFromSeed(crypto: CryptoProvider, seed: Uint8Array): KeyPair {
  return { secret: seed.slice(), publicKey: crypto.ed25519.publicKey(seed) };
}

/**
 * The recovery phrase: 24 English words of BIP-39 with one space between, for a 32-byte seed.
 * @throws RangeError for another length
 */
export function phraseFromSeed(seed: Uint8Array): string {
  if (seed.length !== SEED_BYTES) throw new RangeError('a recovery phrase is made of 32 bytes');
  return entropyToMnemonic(seed, wordlist);
}

/**
 * The 32-byte seed of a phrase, as people type it: any white space, any case.
 * @throws ParleyError `malformed`, saying what to look at, never a word of the phrase
 */
export function seedFromPhrase(text: string): Uint8Array {
  const words = text.normalize('NFKD').toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length !== WORDS) throw malformed(`a recovery phrase has ${WORDS} words, not ${words.length}`);
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown !== -1) throw malformed(`word ${unknown + 1} of the recovery phrase is not one of its list`);
  try {
    return mnemonicToEntropy(words.join(' '), wordlist);
  } catch {
    // The library's error quotes its input.
    throw malformed('the recovery phrase does not add up: a word is wrong or two have changed places');
  }
}
