import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CA_EXTENSIONS = ['basicConstraints=critical,CA:true', 'keyUsage=critical,keyCertSign,cRLSign'];

/** A CA run by hand with the openssl command, in a folder of its own: what an operator could do, and an attacker. */
export class OpensslAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-openssl-'));
  readonly #subject: string;

  constructor({ extensions = CA_EXTENSIONS, subject = '/CN=Test CA', algorithm = 'ed25519', days = 10 } = {}) {
    this.#subject = subject;
    this.#openssl(
      'genpkey',
      ...algorithm.split(' ').flatMap((a, i) => (i === 0 ? ['-algorithm', a] : ['-pkeyopt', a])),
      '-out',
      'ca.key',
    );
    this.selfSign({ extensions, days });
    this.makeKey('server');
  }

  /** A new certificate for the same CA key. */
  selfSign({ extensions = CA_EXTENSIONS, days = 10, version1 = false } = {}): Uint8Array {
    this.#write('ca.ext', version1 ? '' : extensions.join('\n'));
    const extfile = version1 ? [] : ['-extfile', 'ca.ext'];
    this.#openssl(
      'req',
      '-new',
      '-key',
      'ca.key',
      '-subj',
      this.#subject,
      '-out',
      'ca.csr',
      '-config',
      this.#write('req.cnf', REQ),
    );
    this.#openssl('x509', '-req', '-in', 'ca.csr', '-signkey', 'ca.key', '-days', String(days), ...extfile, '-out', 'ca.pem');
    return this.read('ca.pem');
  }

  get caCertificate(): Uint8Array {
    return this.read('ca.pem');
  }

  /** SHA-256 of the CA's DER SubjectPublicKeyInfo, computed by openssl and node, not by the code under test. */
  get pin(): Uint8Array {
    const pem = execFileSync('openssl', ['x509', '-in', 'ca.pem', '-noout', '-pubkey'], { cwd: this.folder, encoding: 'utf8' });
    return new Uint8Array(createHash('sha256').update(decode(pem)).digest());
  }

  /** Makes NAME.key and NAME.pub. */
  makeKey(name: string, algorithm = 'x25519'): void {
    this.#openssl('genpkey', '-algorithm', algorithm, '-out', `${name}.key`);
    this.#openssl('pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`);
  }

  /** The last 32 bytes of a SubjectPublicKeyInfo are the key (RFC 8410, section 4). */
  publicKey(name = 'server'): Uint8Array {
    return this.read(`${name}.pub`).slice(-32);
  }

  /** A certificate of this CA for NAME.pub. */
  certify({ extensions = ['subjectAltName=DNS:localhost'], days = 5, serial = '1001', key = 'server' } = {}): Uint8Array {
    this.#write('server.ext', extensions.join('\n'));
    this.#openssl(
      ...['x509', '-new', '-force_pubkey', `${key}.pub`, '-subj', '/CN=localhost', '-CA', 'ca.pem', '-CAkey', 'ca.key'],
      ...['-set_serial', `0x${serial}`, '-days', String(days), '-extfile', 'server.ext', '-out', 'server.pem'],
    );
    return this.read('server.pem');
  }

  /** A CRL of this CA; `number` null leaves the CRL number out, and without other extensions it is of version 1. */
  revoke(
    serials: readonly string[] = [],
    { number = '01' as string | null, extensions = [] as string[], reason = '', validity = ['-crldays', '5'] } = {},
  ): Uint8Array {
    const entries = serials.map((serial) => `R\t300101000000Z\t260101000000Z${reason}\t${serial}\tunknown\t/CN=x\n`);
    this.#write('index.txt', entries.join(''));
    if (number !== null) this.#write('crlnumber', `${number}\n`);
    const lines = [
      '[ca]\ndefault_ca=this\n[this]\ndatabase=index.txt\ndefault_md=default',
      ...(number === null ? [] : ['crlnumber=crlnumber']),
      ...(extensions.length === 0 ? [] : ['crl_extensions=extensions\n[extensions]', ...extensions]),
    ];
    this.#write('ca.cnf', `${lines.join('\n')}\n`);
    this.#openssl('ca', '-config', 'ca.cnf', '-gencrl', '-keyfile', 'ca.key', '-cert', 'ca.pem', ...validity, '-out', 'crl.pem');
    return this.read('crl.pem');
  }

  /** The DER of a PEM file in the folder. */
  read(file: string): Uint8Array {
    return decode(readFileSync(join(this.folder, file), 'latin1'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #write(file: string, text: string): string {
    writeFileSync(join(this.folder, file), text);
    return file;
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const REQ = '[req]\ndistinguished_name=dn\n[dn]\n';

function decode(pem: string): Uint8Array {
  const body = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(pem)?.[1] ?? '';
  return new Uint8Array(Buffer.from(body, 'base64'));
}
