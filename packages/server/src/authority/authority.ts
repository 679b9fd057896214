import { type CryptoProvider, equalBytes, isHost, type KeyPair } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { AuthorityError } from './authority-error.ts';
import { createMissing } from './create.ts';
import { findDue, holdsInvalid, type Renewable } from './due.ts';
import { prepareFolder, stamp, writeText } from './files.ts';
import { issueCa, issueCrl, issueServerCertificate, revokedEntry } from './issue.ts';
import { Issued } from './issued.ts';
import { loadMaterial, type Material, readCa } from './material.ts';
import { encodePem } from './pem.ts';

export interface AuthorityOptions {
  /** The DNS names and IP addresses of the server, for its certificate. At least one. */
  readonly names: readonly string[];
  /** Unix time, milliseconds. */
  readonly nowMs: number;
  readonly crypto?: CryptoProvider;
  /** Told what an operator should look at; the text holds no secret. */
  readonly warn?: (message: string) => void;
}

const TRY_AGAIN_MS = 60_000;

/** What one handshake uses: all from the same reading of the files. */
export interface ServerCredentials {
  /** DER, named as ServerHello has them. */
  readonly certificates: {
    readonly serverCertificate: Uint8Array;
    readonly caCertificate: Uint8Array;
    readonly crl: Uint8Array;
  };
  readonly channelKey: KeyPair;
  /** SHA-256 of the CA's SubjectPublicKeyInfo, 32 bytes. */
  readonly caPin: Uint8Array;
}

/**
 * Makes or loads the CA, the server certificate and the CRL in the data folder (docs/protocol.md, "Identities"), and renews what
 * is due.
 * @throws AuthorityError when files are missing that it cannot make, or cannot be used
 */
export async function openAuthority(folder: string, options: AuthorityOptions): Promise<Authority> {
  const { nowMs, crypto = nodeCrypto, warn = () => {} } = options;
  const names = [...new Set(options.names.map((name) => name.toLowerCase()))];
  if (names.length === 0 || !names.every(isHost)) throw new AuthorityError('a server needs names: DNS names or IP addresses');
  await prepareFolder(folder);
  const issued = await Issued.load(folder, warn);
  await createMissing(crypto, folder, { issued, names, nowMs });
  const read = await stamp(folder);
  const material = await loadMaterial(crypto, folder);
  if (material.caKey === undefined) warn('there is no ca.key that belongs to ca.pem: nothing can be renewed or revoked here');
  const authority = new Authority({ folder, names, crypto, warn, issued, material, stamp: read });
  await authority.renewIfDue(nowMs);
  return authority;
}

/** The CA pin of a data folder, for an invite: SHA-256 of the CA's SubjectPublicKeyInfo. @throws AuthorityError */
export async function readCaPin(folder: string, crypto: CryptoProvider = nodeCrypto): Promise<Uint8Array> {
  return crypto.sha256((await readCa(folder)).parsed.publicKeyInfo);
}

/**
 * Serves exactly what the files say, even when that is wrong: they are read again as soon as they change. It writes only
 * successors of what it issued itself.
 */
export class Authority {
  readonly #folder: string;
  readonly #names: readonly string[];
  readonly #crypto: CryptoProvider;
  readonly #warn: (message: string) => void;
  readonly #issued: Issued;
  #material: Material;
  #stamp: string;
  /** The look at the files that calls of `hello` share. */
  #looking: Promise<void> | undefined;
  #reading: Promise<void> = Promise.resolve();
  #writing: Promise<unknown> = Promise.resolve();
  #renewing: Promise<void> | undefined;
  /** When it was last tried in vain to renew what is not valid. */
  #triedMs = Number.NEGATIVE_INFINITY;

  /** Use `openAuthority`. */
  constructor(init: {
    folder: string;
    names: readonly string[];
    crypto: CryptoProvider;
    warn: (message: string) => void;
    issued: Issued;
    material: Material;
    stamp: string;
  }) {
    this.#folder = init.folder;
    this.#names = init.names;
    this.#crypto = init.crypto;
    this.#warn = init.warn;
    this.#issued = init.issued;
    this.#material = init.material;
    this.#stamp = init.stamp;
  }

  /** As of the last reading of the files; what a handshake uses comes from `hello()`. */
  get caPin(): Uint8Array {
    return this.#material.caPin;
  }

  get channelKey(): KeyPair {
    return this.#material.channelKey;
  }

  /** For one handshake. Looks whether the files have changed; calls at the same time share one look. */
  async hello(): Promise<ServerCredentials> {
    this.#looking ??= this.#refresh().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
    const { server, ca, crl, channelKey, caPin } = this.#material;
    return { certificates: { serverCertificate: server.der, caCertificate: ca.der, crl: crl.der }, channelKey, caPin };
  }

  /**
   * To be called for each handshake: renews its own that is not valid by this clock, which was wrong then or is now. So after somebody
   * has set it right nobody is refused until the next hour. Where that fails it is tried again after a minute.
   */
  async renewIfInvalid(nowMs: number): Promise<void> {
    const isDue = (): boolean => this.#material.caKey !== undefined && holdsInvalid(this.#material, this.#issued, nowMs);
    if (!isDue() || Math.abs(nowMs - this.#triedMs) < TRY_AGAIN_MS) return;
    this.#renewing ??= this.renewIfDue(nowMs)
      .catch(() => this.#warn('certificates that are not valid now could not be renewed'))
      .finally(() => {
        this.#renewing = undefined;
        if (isDue()) this.#triedMs = nowMs;
      });
    await this.#renewing;
  }

  /** To be called now and then, at least once an hour: renews what is due and its own, and warns of what is not. */
  renewIfDue(nowMs: number): Promise<void> {
    return this.#exclusively(async () => {
      await this.#refresh();
      for (const { file, mine } of findDue(this.#material, this.#issued, this.#names, nowMs)) {
        const caKey = this.#material.caKey;
        if (!mine) this.#warn(`${file} ends soon, has ended or has not begun, and was not issued here: replace it`);
        else if (caKey === undefined) this.#warn(`${file} is due to be renewed, but there is no ca.key that belongs to ca.pem`);
        else await this.#renew(file, caKey, nowMs);
      }
    });
  }

  /**
   * Puts a certificate on the CRL, for ever, and issues that. What is on the list stays on it, whoever put it there.
   * @param serial most significant byte first
   * @throws AuthorityError without the CA's key
   */
  revoke(serial: Uint8Array, nowMs: number): Promise<void> {
    return this.#exclusively(async () => {
      await this.#refresh();
      const { caKey, crl } = this.#material;
      if (caKey === undefined) throw new AuthorityError('revoking needs the ca.key that belongs to ca.pem');
      const start = serial.findIndex((byte) => byte !== 0);
      const shortest = serial.subarray(start === -1 ? -1 : start);
      const entries = crl.list.revoked.filter((entry) => !equalBytes(entry.serial, shortest)).map((entry) => entry.der);
      await this.#issueCrl(caKey, [...entries, revokedEntry(shortest, nowMs)], nowMs);
    });
  }

  async #renew(file: Renewable, caKey: KeyPair, nowMs: number): Promise<void> {
    const { ca, server, crl, channelKey } = this.#material;
    if (file === 'crl.pem') {
      await this.#issueCrl(
        caKey,
        crl.list.revoked.map((entry) => entry.der),
        nowMs,
      );
      return;
    }
    const der =
      file === 'ca.pem'
        ? issueCa(this.#crypto, caKey, nowMs)
        : issueServerCertificate(
            this.#crypto,
            { key: caKey, certificate: ca.certificate },
            { channelKey: channelKey.publicKey, names: this.#names },
            nowMs,
          );
    await this.#issued.note(file, der, { replaces: file === 'ca.pem' ? ca.der : server.der });
    await this.#write(file, 'CERTIFICATE', der);
  }

  async #issueCrl(caKey: KeyPair, revoked: readonly Uint8Array[], nowMs: number): Promise<void> {
    const { ca, crl } = this.#material;
    const highest = crl.list.number > this.#issued.crlNumber ? crl.list.number : this.#issued.crlNumber;
    const content = { number: highest + 1n, revoked };
    const der = issueCrl(this.#crypto, { key: caKey, certificate: ca.certificate }, content, nowMs);
    await this.#issued.note('crl.pem', der, { replaces: crl.der, crlNumber: content.number });
    await this.#write('crl.pem', 'X509 CRL', der);
  }

  async #write(file: Renewable, label: string, der: Uint8Array): Promise<void> {
    await writeText(this.#folder, file, encodePem(label, der));
    await this.#refresh();
  }

  // One at a time: an older reading must not come after a newer one.
  #refresh(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  // Files that cannot be used do not end a running server: it goes on with the former ones and says so, once for each change.
  async #read(): Promise<void> {
    try {
      const found = await stamp(this.#folder);
      if (found === this.#stamp) return;
      this.#stamp = found;
      this.#material = await loadMaterial(this.#crypto, this.#folder);
    } catch (error) {
      const reason = error instanceof AuthorityError ? error.message : 'the files of the authority cannot be read';
      this.#warn(`${reason}; the former certificates stay in use`);
    }
  }

  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#writing.then(task);
    this.#writing = result.catch(() => {});
    return result;
  }
}
