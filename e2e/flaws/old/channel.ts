import { type OldBehaviour, protocol } from '../old-behaviour.ts';

/** The flaws that ../channel.test.ts answers. */
export const CHANNEL: readonly OldBehaviour[] = [
  {
    flaw: 1,
    what: 'the verdict of decryption is ignored',
    changes: [
      protocol(
        'crypto/sodium.ts',
        'if (failure !== 0) throw new DecryptError();',
        'if (failure !== 0) return this.seal(key, nonce, ad, ciphertext.subarray(0, -16)).slice(0, -16);',
      ),
    ],
  },
  {
    flaw: 2,
    what: 'the length in a record is believed',
    changes: [
      protocol('channel/padding.ts', "if (end > padded.length) throw new DecodeError('the length exceeds what is there');", ''),
    ],
  },
  {
    flaw: 8,
    what: 'one key both ways',
    changes: [
      protocol(
        'noise/symmetric-state.ts',
        'return [new CipherState(this.#crypto, toResponder), new CipherState(this.#crypto, toInitiator)];',
        'return [new CipherState(this.#crypto, toInitiator.slice()), new CipherState(this.#crypto, toInitiator)];',
      ),
    ],
  },
  {
    flaw: 9,
    what: 'no key is ever replaced',
    changes: [
      protocol('channel/records.ts', 'if (cipher.nonce > 0 && cipher.nonce % RECORDS_PER_KEY === 0) cipher.rekey();', ''),
    ],
  },
  {
    flaw: 9,
    what: 'counters go on at their end',
    changes: [
      protocol(
        'noise/cipher-state.ts',
        "if (nonce >= LAST_NONCE) throw new Error('this key is spent');\n    this.#nonce = nonce + 1;",
        'this.#nonce = (nonce + 1) % LAST_NONCE;',
      ),
      protocol(
        'channel/records.ts',
        'if (cipher.nonce > 0 && cipher.nonce % RECORDS_PER_KEY === 0) cipher.rekey();',
        'if (cipher.nonce === RECORDS_PER_KEY) cipher.rekey();',
      ),
    ],
  },
  {
    flaw: 22,
    what: 'where a message ends is not looked at',
    changes: [protocol('wire/message-head.ts', ' || at + length !== body.length', '')],
  },
  {
    flaw: 27,
    what: 'records are as long as what is in them',
    changes: [
      protocol('limits.ts', 'MIN_RECORD_PLAINTEXT = 256', 'MIN_RECORD_PLAINTEXT = 2'),
      protocol(
        'bytes/padme.ts',
        'export function padme(',
        'export function padme(length: number): number {\n  return length;\n}\nfunction unused(',
      ),
    ],
  },
];
