import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkServer, type ServerExpectation } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { type Authority, openAuthority } from '../../src/authority/authority.ts';

export const DAY = 86_400_000;
export const NAMES = ['localhost', '127.0.0.1'];

/** A data folder, and what an operator does in it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'parley-authority-'));
  readonly warnings: string[] = [];

  open(options: { nowMs?: number; names?: string[] } = {}): Promise<Authority> {
    const warn = (message: string) => this.warnings.push(message);
    return openAuthority(this.path, { names: NAMES, nowMs: Date.now(), warn, ...options });
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'latin1');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text);
  }

  remove(file = '.'): void {
    rmSync(join(this.path, file), { recursive: true });
  }

  openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.path, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** What `openssl verify` prints, whatever it thinks of the certificate. */
  verify(atMs = Date.now()): string {
    const flags = ['-x509_strict', '-crl_check', '-attime', String(Math.floor(atMs / 1_000))];
    const files = ['-CAfile', 'ca.pem', '-CRLfile', 'crl.pem', 'server.pem'];
    const { stdout, stderr } = spawnSync('openssl', ['verify', ...flags, ...files], { cwd: this.path, encoding: 'utf8' });
    return stdout + stderr;
  }

  /** Replaces server.pem by one that openssl signs with the same CA for the same key. */
  certify(san: string, ...options: string[]): void {
    this.openssl('pkey', '-in', 'server.key', '-pubout', '-out', 'server.pub');
    this.write('server.ext', `subjectAltName=${san}\n`);
    const ca = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '0x1001'];
    this.openssl(
      'x509',
      '-new',
      '-force_pubkey',
      'server.pub',
      '-subj',
      '/CN=x',
      ...ca,
      '-extfile',
      'server.ext',
      '-out',
      'server.pem',
      ...options,
    );
  }

  /** Replaces crl.pem by one that openssl signs with the same CA. */
  revokeByHand(serials: readonly string[], number: string): void {
    this.write('index.txt', serials.map((serial) => `R\t300101000000Z\t260101000000Z\t${serial}\tunknown\t/CN=x\n`).join(''));
    this.write('crlnumber', `${number}\n`);
    this.write('ca.cnf', '[ca]\ndefault_ca=this\n[this]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=default\n');
    this.openssl(
      'ca',
      '-config',
      'ca.cnf',
      '-gencrl',
      '-keyfile',
      'ca.key',
      '-cert',
      'ca.pem',
      '-crldays',
      '5',
      '-out',
      'crl.pem',
    );
  }
}

/** What a client thinks of the server. */
export async function checkAsClient(authority: Authority, expectation: Partial<ServerExpectation> = {}): Promise<bigint> {
  const { certificates, channelKey, caPin } = await authority.hello();
  const expected = { pin: caPin, name: 'localhost', nowMs: Date.now(), lowestCrlNumber: 0n, channelKey: channelKey.publicKey };
  return checkServer(nodeCrypto, { ...certificates, versions: [1] }, { ...expected, ...expectation }).crlNumber;
}

export function isCheck(check: string) {
  return (error: unknown) => error instanceof Error && 'check' in error && error.check === check;
}
