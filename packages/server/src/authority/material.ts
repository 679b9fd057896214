import { type CryptoProvider, DecodeError, equalBytes, type KeyPair, MAX_CERTIFICATE_BUNDLE } from '@parley/protocol';
import { parseCertificate, parseCrl, type X509Certificate, type X509Crl } from '@parley/protocol/x509';
import { AuthorityError } from './authority-error.ts';
import { type AuthorityFile, readText } from './files.ts';
import { decodeKeyPem, decodePem } from './pem.ts';

/** What the files say: parsed, not judged. A wrong certificate is served as it is, for the clients to refuse by name. */
export interface Material {
  readonly ca: { readonly der: Uint8Array; readonly certificate: X509Certificate };
  readonly server: { readonly der: Uint8Array; readonly certificate: X509Certificate };
  readonly crl: { readonly der: Uint8Array; readonly list: X509Crl };
  readonly channelKey: KeyPair;
  /** SHA-256 of the CA's SubjectPublicKeyInfo. */
  readonly caPin: Uint8Array;
  /** Absent where the operator keeps it elsewhere, or where it is not the key of `ca.pem`. */
  readonly caKey: KeyPair | undefined;
}

/** @throws AuthorityError when a file is missing, does not parse, or the bundle is over 32 KB */
export async function loadMaterial(crypto: CryptoProvider, folder: string): Promise<Material> {
  const ca = await readCa(folder);
  const server = await required('server.pem', readPem(folder, 'server.pem', 'CERTIFICATE', parseCertificate));
  const crl = await required('crl.pem', readPem(folder, 'crl.pem', 'X509 CRL', parseCrl));
  const size = ca.der.length + server.der.length + crl.der.length;
  if (size > MAX_CERTIFICATE_BUNDLE) {
    throw new AuthorityError(`ca.pem, server.pem and crl.pem together have ${size} bytes, over ${MAX_CERTIFICATE_BUNDLE}`);
  }
  const caKey = await readKey(crypto, folder, 'ca.key');
  return {
    ca: { der: ca.der, certificate: ca.parsed },
    server: { der: server.der, certificate: server.parsed },
    crl: { der: crl.der, list: crl.parsed },
    channelKey: await required('server.key', readKey(crypto, folder, 'server.key')),
    caPin: crypto.sha256(ca.parsed.publicKeyInfo),
    caKey: caKey !== undefined && equalBytes(caKey.publicKey, ca.parsed.publicKey) ? caKey : undefined,
  };
}

/** @throws AuthorityError */
export async function readCa(folder: string): Promise<{ der: Uint8Array; parsed: X509Certificate }> {
  return required('ca.pem', readPem(folder, 'ca.pem', 'CERTIFICATE', parseCertificate));
}

/** `undefined` when there is no such file. @throws AuthorityError when there is one that cannot be used */
export async function readKey(
  crypto: CryptoProvider,
  folder: string,
  file: 'ca.key' | 'server.key',
): Promise<KeyPair | undefined> {
  const text = await readText(folder, file);
  return text === undefined ? undefined : decodeKeyPem(crypto, file === 'ca.key' ? 'ed25519' : 'x25519', text, file);
}

/** `undefined` when there is no such file. @throws AuthorityError when there is one that cannot be used */
export async function readPem<T>(
  folder: string,
  file: AuthorityFile,
  label: string,
  parse: (der: Uint8Array) => T,
): Promise<{ der: Uint8Array; parsed: T } | undefined> {
  const text = await readText(folder, file);
  if (text === undefined) return undefined;
  const der = decodePem(label, text, file);
  try {
    return { der, parsed: parse(der) };
  } catch (error) {
    if (error instanceof DecodeError) throw new AuthorityError(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}

async function required<T>(file: string, reading: Promise<T | undefined>): Promise<T> {
  const value = await reading;
  if (value === undefined) throw new AuthorityError(`${file} is missing`);
  return value;
}
