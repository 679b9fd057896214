import { DecodeError } from '../bytes/decode-error.ts';
import { padme } from '../bytes/padme.ts';
import { POLY1305_TAG_BYTES } from '../crypto/lengths.ts';
import { DecryptError } from '../crypto/provider.ts';
import { ParleyError } from '../errors.ts';
import { MAX_RECORD_PLAINTEXT, MIN_RECORD_PLAINTEXT, RECORDS_PER_KEY } from '../limits.ts';
import type { CipherState } from '../noise/cipher-state.ts';
import { unpad } from './padding.ts';

const NO_ASSOCIATED_DATA = new Uint8Array(0);

/** Seals padded plaintexts into records, one direction of a channel (docs/protocol.md, "Channel records"). */
export class RecordSealer {
  readonly #cipher: CipherState;

  constructor(cipher: CipherState) {
    this.#cipher = cipher;
  }

  /** @param plaintext padded, `n u16 | content | zeros` */
  seal(plaintext: Uint8Array): Uint8Array {
    rekeyIfDue(this.#cipher);
    return this.#cipher.encryptWithAd(NO_ASSOCIATED_DATA, plaintext);
  }

  wipe(): void {
    this.#cipher.wipe();
  }
}

/** Opens the records of the other direction, each exactly once and in order. After a failure it is wiped. */
export class RecordOpener {
  readonly #cipher: CipherState;

  constructor(cipher: CipherState) {
    this.#cipher = cipher;
  }

  /**
   * The content of the record: a piece of the frame stream, a view of a fresh buffer.
   * @throws ParleyError `bad_record` for a record that does not open, or whose size, length or padding is not as it must be
   */
  open(record: Uint8Array): Uint8Array {
    try {
      requireRecordSize(record.length - POLY1305_TAG_BYTES);
      rekeyIfDue(this.#cipher);
      return unpad(this.#cipher.decryptWithAd(NO_ASSOCIATED_DATA, record));
    } catch (error) {
      this.wipe();
      if (error instanceof DecryptError) throw new ParleyError('bad_record', 'the record does not open');
      if (error instanceof DecodeError) throw new ParleyError('bad_record', error.message);
      throw error;
    }
  }

  wipe(): void {
    this.#cipher.wipe();
  }
}

/** The counter of a direction's cipher is the number of the record that comes next. */
function rekeyIfDue(cipher: CipherState): void {
  if (cipher.nonce > 0 && cipher.nonce % RECORDS_PER_KEY === 0) cipher.rekey();
}

function requireRecordSize(plaintextBytes: number): void {
  if (
    plaintextBytes < MIN_RECORD_PLAINTEXT ||
    plaintextBytes > MAX_RECORD_PLAINTEXT ||
    padme(plaintextBytes) !== plaintextBytes
  ) {
    throw new DecodeError('not the size of a record');
  }
}
