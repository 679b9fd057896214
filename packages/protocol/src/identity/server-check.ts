import { equalBytes } from '../bytes/bytes.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { ServerHello } from '../gen/parley_pb.ts';
import { CLOCK_SKEW_MS, MAX_CERTIFICATE_BUNDLE } from '../limits.ts';
import { PROTOCOL_VERSIONS } from '../versions.ts';
import { ipAddressBytes } from './host.ts';
import { ServerCheckError } from './server-check-error.ts';
import { ED25519, parseCertificate, type X509Certificate, X25519 } from './x509/certificate.ts';
import { parseCrl, type X509Crl } from './x509/crl.ts';
import {
  type Extension,
  ExtensionId,
  findExtension,
  KeyUsageBit,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readSubjectAltName,
  SERVER_AUTH,
} from './x509/extensions.ts';

/** What the client knows before it hears the server. */
export interface ServerExpectation {
  /** SHA-256 of the CA's DER SubjectPublicKeyInfo, from the invite: 32 bytes. */
  readonly pin: Uint8Array;
  /** The DNS name or IP address the user connects to. */
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly nowMs: number;
  /** The highest CRL number this client has accepted from this CA; 0n at first. */
  readonly lowestCrlNumber: bigint;
  /** `s` of the handshake: X25519, 32 bytes. */
  readonly channelKey: Uint8Array;
}

/**
 * Everything the client must check before it sends 1.2 (docs/protocol.md, "Authentication phase").
 * @returns the CRL number to remember, and the protocol version to speak
 * @throws ServerCheckError that names the first check that failed
 */
export function checkServer(
  crypto: CryptoProvider,
  hello: Pick<ServerHello, 'serverCertificate' | 'caCertificate' | 'crl' | 'versions'>,
  expected: ServerExpectation,
): { crlNumber: bigint; version: number } {
  const size = hello.serverCertificate.length + hello.caCertificate.length + hello.crl.length;
  if (size > MAX_CERTIFICATE_BUNDLE) throw new ServerCheckError('malformed', `the server's certificates have ${size} bytes`);
  return readable(() => {
    const ca = parseCertificate(hello.caCertificate);
    checkCa(crypto, ca, expected);
    const certificate = parseCertificate(hello.serverCertificate);
    checkCertificate(crypto, ca, certificate, expected);
    const crl = parseCrl(hello.crl);
    checkCrl(crypto, ca, crl, certificate.serial, expected);
    return { crlNumber: crl.number, version: highestCommonVersion(hello.versions) };
  });
}

function checkCa(crypto: CryptoProvider, ca: X509Certificate, { pin, nowMs }: ServerExpectation): void {
  if (!equalBytes(crypto.sha256(ca.publicKeyInfo), pin)) {
    throw new ServerCheckError('ca_pin', "the server's CA is not the one that the invite pinned");
  }
  const refuse = (why: string) => new ServerCheckError('ca_certificate', `the server's CA certificate ${why}`);
  if (!equalBytes(ca.publicKeyAlgorithm, ED25519)) throw refuse('has no Ed25519 key');
  const constraints = findExtension(ca.extensions, ExtensionId.basicConstraints);
  if (constraints === undefined || !readBasicConstraints(constraints).ca) throw refuse('is not that of a CA');
  if (!mayUseKey(ca, KeyUsageBit.keyCertSign)) throw refuse('may not sign certificates');
  if (!mayUseKey(ca, KeyUsageBit.cRLSign)) throw refuse('may not sign revocation lists');
  if (hasUnknownCritical(ca.extensions)) throw refuse('has a critical extension that this client does not know');
  if (!isSignedBy(crypto, ca, ca)) throw refuse('is not signed by itself');
  checkValidity(ca, "the server's CA certificate", nowMs);
}

function checkCertificate(
  crypto: CryptoProvider,
  ca: X509Certificate,
  certificate: X509Certificate,
  expected: ServerExpectation,
): void {
  if (!isSignedBy(crypto, certificate, ca)) {
    throw new ServerCheckError('signature', "the server's certificate is not signed by its CA");
  }
  checkValidity(certificate, "the server's certificate", expected.nowMs);
  if (!isFor(certificate, expected.name)) {
    throw new ServerCheckError('name', `the server's certificate is not for the name ${JSON.stringify(expected.name)}`);
  }
  checkUsage(certificate);
  if (
    !equalBytes(certificate.publicKeyAlgorithm, X25519) ||
    !equalBytes(certificate.publicKey, expected.channelKey) // one it does not hold the secret of is no use to anybody
  ) {
    throw new ServerCheckError('channel_key', "the server's certificate is not for the channel key that the server uses");
  }
}

function checkUsage(certificate: X509Certificate): void {
  const refuse = (why: string) => new ServerCheckError('usage', `the server's certificate ${why}`);
  if (hasUnknownCritical(certificate.extensions)) throw refuse('has a critical extension that this client does not know');
  const constraints = findExtension(certificate.extensions, ExtensionId.basicConstraints);
  if (constraints !== undefined && readBasicConstraints(constraints).ca) throw refuse('is that of a CA');
  if (!mayUseKey(certificate, KeyUsageBit.keyAgreement)) throw refuse('is not for key agreement');
  const purposes = findExtension(certificate.extensions, ExtensionId.extendedKeyUsage);
  if (purposes !== undefined && !readExtendedKeyUsage(purposes).includes(SERVER_AUTH)) throw refuse('is not for a server');
}

// A serial on a list of the CA's stays revoked however old the list is: so `revoked` is told before the list's age.
function checkCrl(
  crypto: CryptoProvider,
  ca: X509Certificate,
  crl: X509Crl,
  serial: Uint8Array,
  { nowMs, lowestCrlNumber }: ServerExpectation,
): void {
  if (!isSignedBy(crypto, crl, ca)) {
    throw new ServerCheckError('crl_signature', "the server's revocation list (CRL) is not signed by its CA");
  }
  if ([crl, ...crl.revoked].some(({ extensions }) => hasUnknownCritical(extensions))) {
    throw new ServerCheckError(
      'usage',
      "the server's revocation list (CRL) has a critical extension that this client does not know",
    );
  }
  if (crl.revoked.some((entry) => equalBytes(entry.serial, serial))) {
    throw new ServerCheckError('revoked', "the server's certificate is on its revocation list (revoked)");
  }
  if (crl.thisUpdateMs > nowMs + CLOCK_SKEW_MS) {
    throw new ServerCheckError('crl_expired', "the server's revocation list (CRL) is not valid yet");
  }
  if (crl.nextUpdateMs === undefined || crl.nextUpdateMs < nowMs) {
    throw new ServerCheckError('crl_expired', "the server's revocation list (CRL) has expired");
  }
  if (crl.number < lowestCrlNumber) {
    throw new ServerCheckError('crl_rollback', "the server's revocation list (CRL) is older than one it showed before");
  }
}

/** Signed with the CA's Ed25519 key, and naming the CA as its issuer. */
function isSignedBy(
  crypto: CryptoProvider,
  signed: Pick<X509Certificate, 'tbs' | 'issuer' | 'signatureAlgorithm' | 'signature'>,
  ca: X509Certificate,
): boolean {
  return (
    equalBytes(signed.issuer, ca.subject) &&
    equalBytes(signed.signatureAlgorithm, ED25519) &&
    crypto.ed25519.verify(ca.publicKey, signed.tbs, signed.signature)
  );
}

function checkValidity(certificate: X509Certificate, what: string, nowMs: number): void {
  if (certificate.notBeforeMs > nowMs + CLOCK_SKEW_MS) throw new ServerCheckError('validity', `${what} is not valid yet`);
  if (certificate.notAfterMs < nowMs) throw new ServerCheckError('validity', `${what} has expired`);
}

/** The name stands in subjectAltName, exactly; the subject's common name counts for nothing (RFC 9525, section 2). */
function isFor(certificate: X509Certificate, name: string): boolean {
  const extension = findExtension(certificate.extensions, ExtensionId.subjectAltName);
  if (extension === undefined) return false;
  const { dnsNames, ipAddresses } = readSubjectAltName(extension);
  const address = ipAddressBytes(name);
  if (address !== undefined) return ipAddresses.some((candidate) => equalBytes(candidate, address));
  return dnsNames.some((candidate) => candidate.toLowerCase() === name.toLowerCase());
}

/** Without KeyUsage a key may be used for everything (RFC 5280, section 4.2.1.3). */
function mayUseKey(certificate: X509Certificate, bit: number): boolean {
  const usage = findExtension(certificate.extensions, ExtensionId.keyUsage);
  return usage === undefined || readKeyUsage(usage, bit);
}

function hasUnknownCritical(extensions: readonly Extension[]): boolean {
  const known: readonly string[] = Object.values(ExtensionId);
  return extensions.some(({ id, critical }) => critical && !known.includes(id));
}

function highestCommonVersion(versions: readonly number[]): number {
  const common = PROTOCOL_VERSIONS.filter((version) => versions.includes(version));
  if (common.length === 0)
    throw new ServerCheckError('version', 'the server speaks no version of the protocol that this client knows');
  return Math.max(...common);
}

function readable<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ServerCheckError('malformed', "the server's certificates cannot be read", { cause: error });
  }
}
