import {
  CA_RENEWAL_MS,
  CLOCK_SKEW_MS,
  CRL_RENEWAL_MS,
  equalBytes,
  ipAddressBytes,
  SERVER_CERTIFICATE_RENEWAL_MS,
  toHex,
} from '@parley/protocol';
import { ExtensionId, findExtension, readSubjectAltName } from '@parley/protocol/x509';
import type { Issued } from './issued.ts';
import type { Material } from './material.ts';

export type Renewable = 'ca.pem' | 'server.pem' | 'crl.pem';

/**
 * What needs a successor, in the order in which it has to be made: what ends soon or has not begun, and a server certificate
 * that is not for the server's names or key any more. `mine`: issued by this authority, so that it may renew it.
 */
export function findDue(
  material: Material,
  issued: Issued,
  names: readonly string[],
  nowMs: number,
): { file: Renewable; mine: boolean }[] {
  const { ca, server, crl } = material;
  const mine = {
    'ca.pem': issued.has('ca.pem', ca.der),
    'server.pem': issued.has('server.pem', server.der),
    'crl.pem': issued.has('crl.pem', crl.der),
  };
  const due: Renewable[] = [];
  if (isOutside(ca.certificate.notBeforeMs, ca.certificate.notAfterMs - CA_RENEWAL_MS, nowMs)) due.push('ca.pem');
  const { notBeforeMs, notAfterMs } = server.certificate;
  const outside = isOutside(notBeforeMs, notAfterMs - SERVER_CERTIFICATE_RENEWAL_MS, nowMs);
  // An operator's own certificate may well have other names than the command line.
  if (outside || (mine['server.pem'] && !isFor(material, names))) due.push('server.pem');
  // An operator's list may be one of a day: only its end is worth a warning.
  const early = mine['crl.pem'] ? CRL_RENEWAL_MS : 0;
  if (isOutside(crl.list.thisUpdateMs, (crl.list.nextUpdateMs ?? 0) - early, nowMs)) due.push('crl.pem');
  return due.map((file) => ({ file, mine: mine[file] }));
}

/** Whether clients with this clock would refuse something that this authority may renew. */
export function holdsInvalid({ ca, server, crl }: Material, issued: Issued, nowMs: number): boolean {
  const refuses = (fromMs: number, untilMs: number): boolean => isOutside(fromMs, untilMs, nowMs);
  return (
    (refuses(ca.certificate.notBeforeMs, ca.certificate.notAfterMs) && issued.has('ca.pem', ca.der)) ||
    (refuses(server.certificate.notBeforeMs, server.certificate.notAfterMs) && issued.has('server.pem', server.der)) ||
    (refuses(crl.list.thisUpdateMs, crl.list.nextUpdateMs ?? 0) && issued.has('crl.pem', crl.der))
  );
}

// What begins in the future was issued while the clock was wrong, beyond what clients forgive.
function isOutside(fromMs: number, untilMs: number, nowMs: number): boolean {
  return nowMs + CLOCK_SKEW_MS < fromMs || nowMs >= untilMs;
}

function isFor({ server: { certificate }, channelKey }: Material, names: readonly string[]): boolean {
  const extension = findExtension(certificate.extensions, ExtensionId.subjectAltName);
  if (extension === undefined || !equalBytes(certificate.publicKey, channelKey.publicKey)) return false;
  const { dnsNames, ipAddresses } = readSubjectAltName(extension);
  const held = new Set([...dnsNames, ...ipAddresses.map(toHex)]);
  const wanted = new Set(
    names.map((name) => {
      const address = ipAddressBytes(name);
      return address === undefined ? name : toHex(address);
    }),
  );
  return held.size === wanted.size && [...wanted].every((name) => held.has(name));
}
