import type { CryptoProvider, KeyPair } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { parseCertificate } from '@parley/protocol/x509';
import { bitString, sequence } from '../../packages/server/src/authority/der.ts';
import { issueCa, issueCrl, issueServerCertificate, revokedEntry } from '../../packages/server/src/authority/issue.ts';
import { NOW_MS, seededCrypto } from './seeded-crypto.ts';

/** A CA with a certificate and a CRL, as a server makes them. */
interface TestAuthority {
  readonly caKey: KeyPair;
  readonly channelKey: KeyPair;
  readonly caCertificate: Uint8Array;
  readonly serverCertificate: Uint8Array;
  readonly crl: Uint8Array;
}

export const SERVER_NAMES = ['chat.example', 'localhost', '127.0.0.1', '::1'];

export function makeAuthority(): TestAuthority {
  const crypto = seededCrypto(3);
  const caKey = crypto.ed25519.generate();
  const channelKey = crypto.x25519.generate();
  const caCertificate = issueCa(crypto, caKey, NOW_MS);
  const ca = { key: caKey, certificate: parseCertificate(caCertificate) };
  const subject = { channelKey: channelKey.publicKey, names: SERVER_NAMES };
  return {
    caKey,
    channelKey,
    caCertificate,
    serverCertificate: issueServerCertificate(crypto, ca, subject, NOW_MS),
    crl: issueCrl(crypto, ca, { number: 5n, revoked: [revokedEntry(Uint8Array.of(7), NOW_MS)] }, NOW_MS),
  };
}

/** What is signed, with a signature that holds. */
export function signed(tbs: Uint8Array, algorithm: Uint8Array, key: KeyPair, crypto: CryptoProvider = nodeCrypto): Uint8Array {
  return sequence(tbs, algorithm, bitString(crypto.ed25519.sign(key.secret, tbs)));
}
