import { utf8, wipe } from '@parley/protocol';
import { webCrypto } from '@parley/protocol/crypto/web';
import { deriveKey } from './argon2-web.ts';
import { type DeriveKey, openVaultKey, sealVaultKey } from './envelope.ts';

const LABEL = utf8('parley vault device key v1\0');

/**
 * The vault's key as a browser keeps it: the envelope opens with the passphrase and a key of this browser that no script can read;
 * WebCrypto uses that one, and never gives its bytes away.
 *
 * What opens the envelope is HMAC-SHA-256, under the device key, of what argon2id made of the passphrase. Whoever carries off all that
 * the database holds, by a script in the page say, can therefore try no passphrase elsewhere: each guess needs this browser. (Were the
 * envelope itself sealed under the device key, one call in the page would open it, to be guessed at elsewhere.)
 *
 * It does not protect from who copies the folder of the browser's profile: the device key lies in it, and the passphrase alone stands
 * before the vault, as it does for a vault in a file. Nor from a script that waits in the page until the passphrase is typed.
 */
export interface DeviceEnvelope {
  readonly envelope: Uint8Array;
  readonly deviceKey: CryptoKey;
}

/** Under a device key that was not there before. */
export async function sealOnDevice(passphrase: string, vaultKey: Uint8Array): Promise<DeviceEnvelope> {
  const deviceKey = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);
  return { envelope: await sealVaultKey(webCrypto, bound(deriveKey, deviceKey), passphrase, vaultKey), deviceKey };
}

/** @throws VaultError `wrong_passphrase` (also where the device key is another one), or `damaged` */
export function openOnDevice(
  { envelope, deviceKey }: DeviceEnvelope,
  passphrase: string,
  derive: DeriveKey = deriveKey,
): Promise<Uint8Array> {
  return openVaultKey(webCrypto, bound(derive, deviceKey), passphrase, envelope);
}

export function isDeviceEnvelope(value: unknown): value is DeviceEnvelope {
  if (typeof value !== 'object' || value === null || !('envelope' in value) || !('deviceKey' in value)) return false;
  const { envelope, deviceKey } = value;
  return envelope instanceof Uint8Array && deviceKey instanceof CryptoKey && deviceKey.algorithm.name === 'HMAC';
}

function bound(derive: DeriveKey, deviceKey: CryptoKey): DeriveKey {
  return async (passphrase, salt, cost) => {
    const derived = await derive(passphrase, salt, cost);
    const input = new Uint8Array(LABEL.length + derived.length);
    input.set(LABEL);
    input.set(derived, LABEL.length);
    try {
      return new Uint8Array(await crypto.subtle.sign('HMAC', deviceKey, input));
    } finally {
      wipe(derived, input);
    }
  };
}
