import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DAY_MS = 86_400_000;

/** Runs openssl; what it printed. @throws with its stderr */
export async function openssl(...argumentList: string[]): Promise<string> {
  const { stdout } = await run('openssl', argumentList, { encoding: 'utf8' });
  return stdout;
}

/** What an operator with openssl can do to the files of a server. */
export class Operator {
  readonly #folder: string;

  constructor(serverFolder: string) {
    this.#folder = serverFolder;
  }

  /** `openssl verify` with the CRL, as an operator would. */
  verify(): Promise<string> {
    return openssl(
      ...['verify', '-crl_check'],
      ...['-CAfile', this.#file('ca.pem'), '-CRLfile', this.#file('crl.pem')],
      this.#file('server.pem'),
    );
  }

  /** Serial number of the server certificate, hex. */
  async serial(): Promise<string> {
    return (await openssl('x509', '-in', this.#file('server.pem'), '-noout', '-serial')).trim().replace('serial=', '');
  }

  /** Issues server.pem anew, for the same channel key. `days` may be negative. */
  async issueServer(options: { name?: string; days?: number } = {}): Promise<void> {
    await this.#inScratch(async (scratch) => {
      const publicKey = join(scratch, 'server.pub');
      const extensions = join(scratch, 'extensions');
      await openssl('pkey', '-in', this.#file('server.key'), '-pubout', '-out', publicKey);
      await writeFile(
        extensions,
        [
          'basicConstraints=critical,CA:FALSE',
          'keyUsage=critical,keyAgreement',
          'extendedKeyUsage=serverAuth',
          `subjectAltName=DNS:${options.name ?? 'localhost'}`,
          'authorityKeyIdentifier=keyid',
        ].join('\n'),
      );
      const serial = `0x${randomBytes(12).toString('hex')}`;
      await openssl(
        ...['x509', '-new', '-force_pubkey', publicKey, '-subj', '/CN=server', '-set_serial', serial],
        ...['-CA', this.#file('ca.pem'), '-CAkey', this.#file('ca.key'), '-days', String(options.days ?? 30)],
        ...['-extfile', extensions, '-out', this.#file('server.pem')],
      );
    });
  }

  /** Replaces the CA by a fresh one, which then issues server certificate and CRL. */
  async replaceCa(): Promise<void> {
    await openssl('genpkey', '-algorithm', 'ed25519', '-out', this.#file('ca.key'));
    await openssl(
      ...['req', '-x509', '-key', this.#file('ca.key'), '-subj', '/CN=another CA', '-days', '365'],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
      ...['-out', this.#file('ca.pem')],
    );
    await this.issueServer();
    await this.issueCrl([]);
  }

  /** Issues crl.pem with these serials on it, numbered above any that the server has made. */
  async issueCrl(serials: readonly string[], options: { days?: number; number?: number } = {}): Promise<void> {
    await this.#inScratch(async (scratch) => {
      const revoked = serials.map((serial) => `R\t491231235959Z\t260101000000Z\t${serial}\tunknown\t/CN=server\n`);
      await writeFile(join(scratch, 'index.txt'), revoked.join(''));
      await writeFile(join(scratch, 'crlnumber'), `${(options.number ?? 0x1000).toString(16).padStart(4, '0')}\n`);
      await writeFile(
        join(scratch, 'ca.cnf'),
        [
          '[ca]\ndefault_ca=here',
          `[here]\ndatabase=${join(scratch, 'index.txt')}\ncrlnumber=${join(scratch, 'crlnumber')}`,
          'default_md=default\ncrl_extensions=extensions',
          '[extensions]\nauthorityKeyIdentifier=keyid',
        ].join('\n'),
      );
      const now = Date.now();
      await openssl(
        ...['ca', '-gencrl', '-config', join(scratch, 'ca.cnf')],
        ...['-crl_lastupdate', opensslTime(now - 2 * DAY_MS), '-crl_nextupdate', opensslTime(now + (options.days ?? 5) * DAY_MS)],
        ...['-cert', this.#file('ca.pem'), '-keyfile', this.#file('ca.key'), '-out', this.#file('crl.pem')],
      );
    });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  async #inScratch(work: (scratch: string) => Promise<void>): Promise<void> {
    const scratch = await mkdtemp(join(tmpdir(), 'parley-openssl-'));
    try {
      await work(scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
}

/** YYYYMMDDHHMMSSZ */
function opensslTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
}
