import { createHash } from 'node:crypto';
import type { DeviceKey } from '../../src/store/device-key.ts';
import type {
  AcceptedRequest,
  Delivery,
  DeviceEntry,
  NewCommit,
  NewRegistration,
  NewRequest,
  RequestStep,
  SessionRef,
} from '../../src/store/entries.ts';
import type { Store } from '../../src/store/store.ts';

export const DAY_MS = 24 * 3_600_000;
/** As many bytes as there are. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** A device that has logged in. */
export interface TestDevice extends SessionRef {
  readonly username: string;
  readonly deviceId: Uint8Array;
  readonly channelKey: Uint8Array;
}

/** Bytes that differ for each name. */
export function bytes(name: string, length = 16): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(name).digest());
}

export const tokenHash = (name: string): Uint8Array => bytes(`token ${name}`, 32);

export function deviceEntry(username: string, number: number, generation = ''): DeviceEntry {
  const deviceId = new Uint8Array([0, 0, 0, 0, 0, 0, 0, number]);
  return {
    key: `${username}/${Buffer.from(deviceId).toString('hex')}`,
    deviceId,
    channelKey: bytes(`channel ${username} ${number} ${generation}`, 32),
    signatureKey: bytes(`signature ${username} ${number} ${generation}`, 32),
  };
}

/** A store with a clock moved by hand, and the plumbing that tests of its rules need. */
export class World {
  readonly store: Store;
  nowMs = 1_800_000_000_000;
  #positions = 0n;
  #names = 0;

  constructor(store: Store) {
    this.store = store;
  }

  fresh(length = 16): Uint8Array {
    this.#names += 1;
    return bytes(`fresh ${this.#names}`, length);
  }

  registration(username: string, devices = 1, change: Partial<NewRegistration> = {}): NewRegistration {
    return {
      proof: { tokenHash: tokenHash(username) },
      username,
      identityKey: bytes(`identity ${username}`, 32),
      deviceList: bytes(`device list ${username}`, 200),
      version: 1n,
      devices: Array.from({ length: devices }, (_, index) => deviceEntry(username, index + 1)),
      device: deviceEntry(username, 1).key,
      nowMs: this.nowMs,
      deliveries: [],
      ...change,
    };
  }

  /** Registers, and tells whoever is to be told. */
  async register(registration: NewRegistration): Promise<Awaited<ReturnType<Store['register']>>> {
    const answer = await this.store.register(registration);
    if (typeof answer !== 'object' || !('missing' in answer)) return answer;
    const deliveries = answer.missing.map((device) => this.delivery({ device }, registration.deviceList, 14));
    return this.store.register({ ...registration, deliveries });
  }

  invite(name: string, uses = 1, lifetimeMs = DAY_MS): Promise<void> {
    return this.store.addInvite({ tokenHash: tokenHash(name), expiresMs: this.nowMs + lifetimeMs, uses });
  }

  /** How many have registered. */
  async users(): Promise<number> {
    return (await this.store.listUsers({ after: '', limit: 1_000 })).length;
  }

  async login(username: string, entry: DeviceEntry): Promise<TestDevice> {
    const opened = await this.store.openSession({ device: entry.key, channelKey: entry.channelKey });
    if (opened === undefined) throw new Error(`${entry.key} cannot log in`);
    return { device: entry.key, session: opened.session, username, deviceId: entry.deviceId, channelKey: entry.channelKey };
  }

  /** Registers a user and logs all devices in. */
  async user(username: string, devices = 1): Promise<[TestDevice, ...TestDevice[]]> {
    const registration = this.registration(username, devices);
    const [, answer, first, ...others] = await Promise.all([
      this.invite(username),
      this.store.register(registration),
      ...registration.devices.map((entry) => this.login(username, entry)),
    ]);
    if (answer !== 'registered' || first === undefined) throw new Error(`${username} is not registered`);
    return [first, ...others];
  }

  delivery(to: { device: DeviceKey }, body = this.fresh(), opcode = 5): Delivery {
    this.#positions += 1n;
    return { device: to.device, position: (1n << 32n) | this.#positions, opcode, body, atMs: this.nowMs };
  }

  request(by: TestDevice, to: TestDevice, change: Partial<NewRequest> = {}): NewRequest {
    const { nowMs } = this;
    const deliveries = [this.delivery(to, this.fresh(), 2)];
    return {
      by,
      requestId: this.fresh(),
      from: by.username,
      to: to.username,
      body: this.fresh(300),
      sha256: this.fresh(32),
      nowMs,
      deliveries,
      ...change,
    };
  }

  /** An answer of the user asked, or a CANCEL of the requester. */
  answer(by: TestDevice, to: TestDevice, request: { requestId: Uint8Array }, change: Partial<RequestStep> = {}): RequestStep {
    const { requestId } = request;
    const { nowMs } = this;
    const deliveries = [this.delivery(to, this.fresh(), 3)];
    return { by, requestId, from: by.username, to: to.username, sha256: this.fresh(32), nowMs, deliveries, ...change };
  }

  acceptance(
    by: TestDevice,
    to: TestDevice,
    request: { requestId: Uint8Array },
    change: Partial<AcceptedRequest> = {},
  ): AcceptedRequest {
    const conversation = this.fresh();
    return {
      ...this.answer(by, to, request),
      conversation,
      suite: 1,
      epoch: 1n,
      members: [by.device, to.device],
      ...change,
    };
  }

  /** A new conversation in the place of another. */
  replacement(by: TestDevice, to: TestDevice, replaced: Uint8Array, change: Partial<AcceptedRequest> = {}): AcceptedRequest {
    return this.acceptance(by, to, { requestId: replaced }, change);
  }

  /** Asks and accepts: a conversation of these devices, at epoch 1. The first is of the requester, the second of who accepts. */
  async conversation(requester: TestDevice, accepter: TestDevice, ...others: TestDevice[]): Promise<Uint8Array> {
    const request = this.request(requester, accepter, { deliveries: [] });
    const members = [requester, accepter, ...others].map((member) => member.device);
    const acceptance = this.acceptance(accepter, requester, request, { members, deliveries: [] });
    const answers = await Promise.all([this.store.openRequest(request), this.store.acceptRequest(acceptance)]);
    if (answers[0] !== 'ok' || answers[1] !== 'ok') throw new Error('no conversation was made');
    return acceptance.conversation;
  }

  commit(by: TestDevice, conversation: Uint8Array, epoch: bigint, change: Partial<NewCommit> = {}): NewCommit {
    return { by, conversation, epoch, sha256: this.fresh(32), added: [], removed: [], deliveries: [], ...change };
  }

  /** The bodies that wait for a device, as hex, oldest first. */
  async mailbox(device: { device: DeviceKey }): Promise<string[]> {
    const items = await this.store.readMailbox(device.device, 0n, 1_000, ALL);
    return items.map((item) => hex(item.body));
  }
}

export const hex = (body: Uint8Array): string => Buffer.from(body).toString('hex');
