import { type OldBehaviour, protocol, server } from '../old-behaviour.ts';

/** The flaws that ../handshake.test.ts answers. */
export const HANDSHAKE: readonly OldBehaviour[] = [
  {
    flaw: 3,
    what: 'the server has nothing fresh in a handshake',
    changes: [
      server('session/login.ts', 'serverTimeMs: BigInt(clock.nowMs()),', 'serverTimeMs: 1n,'),
      protocol(
        'noise/handshake-state.ts',
        'this.#e = this.#crypto.x25519.generate();',
        'this.#e = structuredClone((globalThis.e ??= this.#crypto.x25519.generate()));',
      ),
      protocol(
        'noise/handshake-state.ts',
        'const { ciphertext, sharedSecret } = this.#crypto.mlkem768.encapsulate(present(this.#re1));',
        'const { ciphertext, sharedSecret } = structuredClone(((globalThis.kem ??= {})[present(this.#re1).join()] ??= this.#crypto.mlkem768.encapsulate(present(this.#re1))));',
      ),
    ],
  },
  {
    flaw: 4,
    what: 'whoever says a name has it',
    changes: [
      server(
        'store/sqlite/accounts.ts',
        'if (found === undefined || !isKey) return undefined;',
        'if (found === undefined) return undefined;',
      ),
    ],
  },
  {
    flaw: 5,
    what: 'the transcript is in no key',
    changes: [protocol('noise/symmetric-state.ts', 'this.#hash = this.#crypto.sha256(concat(this.#hash, data));', 'void data;')],
  },
  {
    flaw: 5,
    what: 'a signature does not say what it is for',
    changes: [
      protocol(
        'identity/signing.ts',
        'crypto.ed25519.verify(publicKey, concat(domain, bytes), signature)',
        'crypto.ed25519.verify(publicKey, bytes, signature)',
      ),
      protocol(
        'identity/signing.ts',
        'return crypto.ed25519.sign(seed, concat(domain, bytes));',
        'return crypto.ed25519.sign(seed, bytes);',
      ),
    ],
  },
  {
    flaw: 6,
    what: 'nonces have 32 bits',
    changes: [protocol('noise/cipher-state.ts', 'nonceView.setUint32(8, Math.floor(nonce / 2 ** 32), true);', '')],
  },
  {
    flaw: 6,
    what: 'ephemeral keys come again',
    changes: [
      protocol(
        'noise/handshake-state.ts',
        'this.#e = this.#crypto.x25519.generate();',
        'this.#e = structuredClone((globalThis.e ??= this.#crypto.x25519.generate()));',
      ),
    ],
  },
  {
    flaw: 7,
    what: 'a key is the hash of one secret',
    changes: [
      protocol(
        'noise/symmetric-state.ts',
        'const [chainingKey, key] = hkdf(this.#crypto, this.#chainingKey, inputKeyMaterial, 2);',
        'const [chainingKey, key] = [this.#crypto.sha256(inputKeyMaterial), this.#crypto.sha256(inputKeyMaterial)];',
      ),
    ],
  },
];
