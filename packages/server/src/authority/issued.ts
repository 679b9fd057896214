import { createHash } from 'node:crypto';
import { readText, writeText } from './files.ts';

/** Fingerprints kept of each file: the one before the newest is needed when the power fails between the note and the file. */
const KEPT = 4;
type IssuedFile = 'ca.pem' | 'server.pem' | 'crl.pem';

/**
 * What this authority issued itself, in `issued.json`. Only that may be renewed: a file which an operator put there is
 * never overwritten, even one signed with the same CA key.
 */
export class Issued {
  readonly #folder: string;
  readonly #fingerprints: Record<IssuedFile, string[]>;
  #crlNumber: bigint;

  private constructor(folder: string, fingerprints: Record<IssuedFile, string[]>, crlNumber: bigint) {
    this.#folder = folder;
    this.#fingerprints = fingerprints;
    this.#crlNumber = crlNumber;
  }

  /** Notes that cannot be read count as none: then nothing is renewed, which is the safe side, and `warn` says so. */
  static async load(folder: string, warn: (message: string) => void): Promise<Issued> {
    const text = await readText(folder, 'issued.json');
    if (text === undefined) return new Issued(folder, { 'ca.pem': [], 'server.pem': [], 'crl.pem': [] }, 0n);
    try {
      const notes = JSON.parse(text);
      const read = (file: IssuedFile): string[] => [...notes[file]].map(String);
      const fingerprints = { 'ca.pem': read('ca.pem'), 'server.pem': read('server.pem'), 'crl.pem': read('crl.pem') };
      return new Issued(folder, fingerprints, BigInt(notes.crlNumber));
    } catch {
      warn('issued.json cannot be read: no certificate and no revocation list will be renewed');
      return new Issued(folder, { 'ca.pem': [], 'server.pem': [], 'crl.pem': [] }, 0n);
    }
  }

  /** The highest CRL number given out; 0 at first. */
  get crlNumber(): bigint {
    return this.#crlNumber;
  }

  has(file: IssuedFile, der: Uint8Array): boolean {
    return this.#fingerprints[file].includes(fingerprint(der));
  }

  /**
   * Must be on disk before the file itself is: a file without its note would count as an operator's. What it takes the place of stays
   * noted, however often the file itself cannot be written (the disk is full, say).
   */
  async note(
    file: IssuedFile,
    der: Uint8Array,
    { replaces, crlNumber = this.#crlNumber }: { replaces?: Uint8Array; crlNumber?: bigint } = {},
  ): Promise<void> {
    const before = this.#fingerprints[file];
    const current = replaces === undefined ? undefined : fingerprint(replaces);
    const others = before.filter((noted) => noted !== current);
    const kept = current !== undefined && before.includes(current) ? [...others, current] : others;
    this.#fingerprints[file] = [...kept, fingerprint(der)].slice(-KEPT);
    this.#crlNumber = crlNumber;
    const notes = { ...this.#fingerprints, crlNumber: String(crlNumber) };
    await writeText(this.#folder, 'issued.json', `${JSON.stringify(notes, undefined, 2)}\n`);
  }
}

function fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
