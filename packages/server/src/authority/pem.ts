import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { CryptoProvider, KeyPair } from '@parley/protocol';
import { AuthorityError } from './authority-error.ts';

/** PEM (RFC 7468) of DER, lines of 64 characters. */
export function encodePem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * The DER of the first block with this label; text around it, as openssl likes to write, is left out.
 * @throws AuthorityError that names the file
 */
export function decodePem(label: string, text: string, file: string): Uint8Array {
  const block = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`).exec(text);
  if (block === null) throw new AuthorityError(`${file} holds no PEM block "${label}"`);
  return new Uint8Array(Buffer.from(block[1] as string, 'base64'));
}

// PKCS#8 of RFC 8410, section 7, up to the key: version 0, the algorithm's last byte, and the key in two OCTET STRINGs.
const PKCS8_HEAD = '302e020100300506032b65';
const PKCS8_MIDDLE = '04220420';
const ALGORITHMS = { ed25519: '70', x25519: '6e' } as const;

/** PKCS#8 PEM of a 32-byte secret key. */
export function encodeKeyPem(algorithm: keyof typeof ALGORITHMS, secret: Uint8Array): string {
  const head = Buffer.from(PKCS8_HEAD + ALGORITHMS[algorithm] + PKCS8_MIDDLE, 'hex');
  return encodePem('PRIVATE KEY', Buffer.concat([head, secret]));
}

/**
 * A key pair from PEM, in any form that OpenSSL reads without a passphrase.
 * @throws AuthorityError that names the file and says nothing of what is in it
 */
export function decodeKeyPem(crypto: CryptoProvider, algorithm: keyof typeof ALGORITHMS, text: string, file: string): KeyPair {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw new AuthorityError(`${file} is not a private key in PEM without a passphrase`);
  }
  if (key.asymmetricKeyType !== algorithm) throw new AuthorityError(`${file} is not an ${algorithm} key`);
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const secret = Uint8Array.from(pkcs8.subarray(16, 48));
  pkcs8.fill(0);
  return { secret, publicKey: crypto[algorithm].publicKey(secret) };
}
