import { type CryptoProvider, equalBytes, openDeviceCertificate } from '@parley/protocol';
import type { AuthenticationService, Credential } from 'ts-mls';
import { type MlsDevice, MlsError, type MlsMember } from './mls.ts';

/** What a leaf or a KeyPackage says of its owner. */
interface Claim {
  readonly credential: Credential;
  readonly signaturePublicKey: Uint8Array;
}

/**
 * The MLS authentication service. It checks only facts that do not depend on a clock or on pins: the credential is a device
 * certificate, its signature holds, its signature key is the leaf's. All members must agree on every commit; who is trusted,
 * or revoked, is decided above, after the commit.
 */
export class Authentication implements AuthenticationService {
  readonly #crypto: CryptoProvider;
  // The library passes the same credential object on from state to state, so a certificate's signature is checked once.
  readonly #members = new WeakMap<Credential, MlsMember>();

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  async validateCredential(credential: Credential, signaturePublicKey: Uint8Array): Promise<boolean> {
    try {
      this.member({ credential, signaturePublicKey });
      return true;
    } catch {
      return false;
    }
  }

  /** @throws MlsError refused */
  member({ credential, signaturePublicKey }: Claim): MlsMember {
    const member = this.#members.get(credential) ?? this.#open(credential);
    if (!equalBytes(member.signatureKey, signaturePublicKey)) {
      throw new MlsError('refused', 'the certificate is for another signature key');
    }
    return member;
  }

  /** That this device's own parts belong together. @throws MlsError refused */
  checkDevice({ certificate, signatureKey, signatureSecret }: MlsDevice): void {
    this.member({ credential: { credentialType: 'basic', identity: certificate }, signaturePublicKey: signatureKey });
    if (!equalBytes(this.#crypto.ed25519.publicKey(signatureSecret), signatureKey)) {
      throw new MlsError('refused', 'the signature secret is not this device’s');
    }
  }

  #open(credential: Credential): MlsMember {
    if (credential.credentialType !== 'basic' || !('identity' in credential)) {
      throw new MlsError('refused', 'the credential is not a device certificate');
    }
    try {
      const { username, identityKey, deviceId, signatureKey } = openDeviceCertificate(this.#crypto, credential.identity);
      const member = { username, identityKey, deviceId, signatureKey };
      this.#members.set(credential, member);
      return member;
    } catch (cause) {
      throw new MlsError('refused', 'the device certificate does not hold', { cause });
    }
  }
}
