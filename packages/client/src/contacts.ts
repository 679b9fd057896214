import { type CryptoProvider, type DeviceIdentity, equalBytes, openDeviceList, safetyNumber, toHex } from '@parley/protocol';
import type { Account, Contact } from './gen/rows_pb.ts';
import { contactTable, loadAccount } from './records/records.ts';
import { type Vault, VaultError } from './vault/vault.ts';

/** What the certificate of a device says. */
export interface DeviceInfo {
  /** Hex. */
  readonly id: string;
  readonly name: string;
  /** Unix time in milliseconds, as the device that made it says. */
  readonly createdAt: number;
}

/** `current`: the one that asks. */
export interface OwnDeviceInfo extends DeviceInfo {
  readonly current: boolean;
}

/** What a device knows of a user whose identity key it has seen. */
export interface ContactInfo {
  readonly user: string;
  /** 60 digits in 12 groups of five, the same at both ends. Of the identity key that is pinned. */
  readonly safetyNumber: string;
  /** Of the newest device list seen. */
  readonly devices: readonly DeviceInfo[];
  /** The two have agreed to talk. */
  readonly canTalk: boolean;
  readonly blocked: boolean;
  /** They have shown another identity key than the pinned one: nothing is sent to them. */
  readonly identityChanged: boolean;
}

/** What a client holds in memory of all that. */
interface Source {
  readonly crypto: CryptoProvider;
  readonly account: Account;
  readonly contacts: ReadonlyMap<string, Contact>;
}

/** Whom a device knows, and by which keys. Nothing of it is asked of a server. */
export class Contacts {
  readonly #source: Source;

  /** Of an open vault without a client: works off line, and shows what the vault held when it was called. */
  static async open(vault: Vault, crypto: CryptoProvider): Promise<Contacts> {
    const account = await loadAccount(vault);
    if (account === undefined) throw new VaultError('not_found', 'there is no account here: join first');
    const contacts = contactTable();
    await contacts.load(vault);
    return new Contacts({ crypto, account, contacts: contacts.rows });
  }

  constructor(source: Source) {
    this.#source = source;
  }

  /** `undefined` for whom nothing but the name is known. The safety number takes some milliseconds. */
  get(user: string): ContactInfo | undefined {
    const { crypto, account, contacts } = this.#source;
    const contact = contacts.get(user);
    // One who was blocked before ever being heard of is known by name alone.
    if (contact === undefined || contact.identityKey.length === 0) return undefined;
    return {
      user,
      safetyNumber: safetyNumberWith(crypto, account, contact),
      devices: openDeviceList(crypto, contact.deviceList).devices.map(describe),
      canTalk: canTalk(contact),
      blocked: contact.blocked,
      identityChanged: contact.changedKey.length > 0,
    };
  }

  /** One's own, as far as this device knows. */
  devices(): OwnDeviceInfo[] {
    const { crypto, account } = this.#source;
    const { devices } = openDeviceList(crypto, account.deviceList);
    return devices.map((device) => ({ ...describe(device), current: equalBytes(device.deviceId, account.deviceId) }));
  }
}

/** Whether the two have agreed to talk. */
export function canTalk(contact: Contact): boolean {
  return !contact.blocked && contact.conversation.length > 0;
}

/** Of this user and a contact whose identity key is known. */
export function safetyNumberWith(crypto: CryptoProvider, account: Account, contact: Contact): string {
  return safetyNumber(crypto, { version: 1, a: account, b: contact });
}

function describe({ deviceId, deviceName, createdMs }: DeviceIdentity): DeviceInfo {
  return { id: toHex(deviceId), name: deviceName, createdAt: createdMs };
}
