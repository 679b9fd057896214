import type { CryptoProvider, KeyPair } from '@parley/protocol';
import { parseCertificate, parseCrl } from '@parley/protocol/x509';
import { AuthorityError } from './authority-error.ts';
import { readText, writeText } from './files.ts';
import { issueCa, issueCrl, issueServerCertificate } from './issue.ts';
import type { Issued } from './issued.ts';
import { readCa, readKey, readPem } from './material.ts';
import { encodeKeyPem, encodePem } from './pem.ts';

/**
 * Makes whatever is missing in the folder, keys before what depends on them, so that a start that was interrupted is
 * finished by the next one.
 * @throws AuthorityError when something is missing that only the operator can bring
 */
export async function createMissing(
  crypto: CryptoProvider,
  folder: string,
  options: { issued: Issued; names: readonly string[]; nowMs: number },
): Promise<void> {
  const { issued, names, nowMs } = options;
  const caKey = await createCa(crypto, folder, issued, nowMs);
  const channelKey = await createChannelKey(crypto, folder, issued);
  const ca = caKey && { key: caKey, certificate: (await readCa(folder)).parsed };

  if ((await readText(folder, 'server.pem')) === undefined) {
    if (ca === undefined) throw new AuthorityError('server.pem is missing, and so is the ca.key to make it with');
    const der = issueServerCertificate(crypto, ca, { channelKey: channelKey.publicKey, names }, nowMs);
    await issued.note('server.pem', der);
    await writeText(folder, 'server.pem', encodePem('CERTIFICATE', der));
  }
  if ((await readPem(folder, 'crl.pem', 'X509 CRL', parseCrl)) === undefined) {
    if (ca === undefined) throw new AuthorityError('crl.pem is missing, and so is the ca.key to make it with');
    const number = issued.crlNumber + 1n;
    const der = issueCrl(crypto, ca, { number, revoked: [] }, nowMs);
    await issued.note('crl.pem', der, { crlNumber: number });
    await writeText(folder, 'crl.pem', encodePem('X509 CRL', der));
  }
}

async function createCa(crypto: CryptoProvider, folder: string, issued: Issued, nowMs: number): Promise<KeyPair | undefined> {
  const existing = await readKey(crypto, folder, 'ca.key');
  if ((await readText(folder, 'ca.pem')) !== undefined) return existing;
  const key = existing ?? crypto.ed25519.generate();
  if (existing === undefined) await writeText(folder, 'ca.key', encodeKeyPem('ed25519', key.secret));
  const der = issueCa(crypto, key, nowMs);
  await issued.note('ca.pem', der);
  await writeText(folder, 'ca.pem', encodePem('CERTIFICATE', der));
  return key;
}

async function createChannelKey(crypto: CryptoProvider, folder: string, issued: Issued): Promise<KeyPair> {
  const existing = await readKey(crypto, folder, 'server.key');
  if (existing !== undefined) return existing;
  const certificate = await readPem(folder, 'server.pem', 'CERTIFICATE', parseCertificate);
  if (certificate !== undefined && !issued.has('server.pem', certificate.der)) {
    throw new AuthorityError('server.pem is here, but its key server.key is missing');
  }
  const key = crypto.x25519.generate();
  await writeText(folder, 'server.key', encodeKeyPem('x25519', key.secret));
  return key;
}
