import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  KEY_PACKAGE_LIFETIME_MS,
  KEY_PACKAGES_LOW,
  KEY_PACKAGES_PUBLISHED,
  MAILBOX_LIFETIME_MS,
  Opcode,
  toHex,
} from '@parley/protocol';
import { type DeviceKeyPackage, KeysRequestSchema } from '@parley/protocol/wire';
import { KeyPackageRowSchema } from '../gen/rows_pb.ts';
import type { MlsDevice, StoredKeyPackage } from '../mls/mls.ts';
import type { Row } from '../vault/vault.ts';
import type { Context } from './context.ts';

/** Published KeyPackages are replaced when a third of their lifetime is left. */
const RENEW_MS = (KEY_PACKAGE_LIFETIME_MS * 2) / 3;
/** KeyPackages are valid from a day before they were made: what lies further ahead, others take for not valid yet. */
const AHEAD_MS = 12 * 60 * 60 * 1_000;
/**
 * For so long a Welcome to a KeyPackage may come: it can be made until that expires, and is kept in the mailbox then. So long are the
 * private part and the request that it went with kept.
 */
export const WELCOME_WAIT_MS = KEY_PACKAGE_LIFETIME_MS + MAILBOX_LIFETIME_MS;

export function mlsDevice(context: Context): MlsDevice {
  const { certificate, signatureSecret, signatureKey } = context.records.account;
  return { certificate, signatureSecret, signatureKey };
}

interface MadeKeyPackage {
  readonly keyPackage: Uint8Array;
  readonly reference: string;
  /** Its private part: stored before the KeyPackage is given to anybody. */
  readonly row: Row;
}

export async function makeKeyPackage(
  context: Context,
  options: { published: boolean; lastResort?: boolean },
): Promise<MadeKeyPackage> {
  const { environment } = context;
  const createdMs = context.time();
  const lastResort = options.lastResort ?? false;
  const { keyPackage, stored } = await environment.mls.createKeyPackage(mlsDevice(context), environment.now(), { lastResort });
  const { reference, bytes } = stored;
  const row = create(KeyPackageRowSchema, { reference, stored: bytes, createdMs, lastResort, published: options.published });
  const value = toBinary(KeyPackageRowSchema, row);
  return { keyPackage, reference, row: { collection: 'keypackage', key: reference, order: createdMs, value } };
}

/** The private parts that a Welcome may be for: those named, or (for a sibling's Welcome) all that were published. */
export async function storedKeyPackages(
  context: Context,
  references: readonly string[],
  includePublished: boolean,
): Promise<{ keyPackage: StoredKeyPackage; lastResort: boolean }[]> {
  const { vault } = context.records;
  const found: { keyPackage: StoredKeyPackage; lastResort: boolean }[] = [];
  const values = includePublished
    ? (await vault.scan('keypackage')).map((row) => row.value)
    : await Promise.all(references.map((reference) => vault.get('keypackage', reference)));
  for (const value of values) {
    if (value === undefined) continue;
    const { reference, stored, lastResort, published } = fromBinary(KeyPackageRowSchema, value);
    if (published || references.includes(reference)) found.push({ keyPackage: { reference, bytes: stored }, lastResort });
  }
  return found;
}

/** Why KeyPackages are published that are neither too few nor too old here: the server has few left, or those it has are not ours. */
export type PublishReason = 'low' | 'foreign';

/**
 * Keeps KeyPackages of this device at the server: after the first login, when few are left, and before they expire. Works in the
 * background, one KeyPackage a turn of the event loop.
 */
export async function publishKeyPackages(context: Context, isOver: () => boolean, reason?: PublishReason): Promise<void> {
  const { environment, records } = context;
  const { keysPublishedMs } = records.progress();
  const agoMs = environment.now() - keysPublishedMs;
  // Those that were made with a clock that was ahead nobody takes yet.
  const isRenewal = reason === 'foreign' || agoMs >= RENEW_MS || agoMs < -AHEAD_MS;
  // Each that was used has been deleted; of those that were claimed and not used the server alone knows.
  const left = isRenewal || reason === 'low' ? 0 : await countPublished(context);
  if (left >= KEY_PACKAGES_LOW) return;
  const made: MadeKeyPackage[] = [];
  while (made.length < KEY_PACKAGES_PUBLISHED - left) {
    await new Promise<void>((resolve) => environment.defer(resolve));
    if (isOver()) return;
    made.push(await makeKeyPackage(context, { published: true }));
  }
  const lastResort = isRenewal ? await makeKeyPackage(context, { published: true, lastResort: true }) : undefined;
  await records.transact(async (transaction) => {
    for (const { row } of lastResort === undefined ? made : [...made, lastResort]) transaction.putRow(row);
    // Should this process end before the answer, the next one takes nothing of it for published.
    records.putProgress(transaction, { ...records.progress(transaction), keysPublishedMs: 0 });
  });
  const oneTime = made.map(({ keyPackage }) => keyPackage);
  const value = lastResort === undefined ? { oneTime } : { oneTime, lastResort: lastResort.keyPackage };
  const reply = await context.ask(Opcode.KEYS, keysBody({ case: 'publish', value }));
  if (reply.kind === 'lost') return;
  await records.transact(async (transaction) => {
    let publishedMs = keysPublishedMs;
    if (reply.kind === 'ok' && isRenewal) publishedMs = environment.now();
    if (reply.kind !== 'ok') {
      // The server has none of them.
      for (const { row } of lastResort === undefined ? made : [...made, lastResort])
        transaction.deleteRow(row.collection, row.key);
    }
    records.putProgress(transaction, { ...records.progress(transaction), keysPublishedMs: publishedMs });
  });
}

async function countPublished(context: Context): Promise<number> {
  const rows = (await context.records.vault.scan('keypackage')).map(({ value }) => fromBinary(KeyPackageRowSchema, value));
  return rows.filter(({ published, lastResort }) => published && !lastResort).length;
}

type What = { case: 'publish'; value: { oneTime?: Uint8Array[]; lastResort?: Uint8Array } } | { case: 'claim'; value: Claim };
type Claim = { username: string; deviceIds: Uint8Array[] };

function keysBody(what: What): Uint8Array {
  return toBinary(KeysRequestSchema, create(KeysRequestSchema, { what }));
}

/** One published KeyPackage of each of these devices; of those that have any. `undefined` when the client ended first. */
export async function claimKeyPackages(
  context: Context,
  username: string,
  deviceIds: Uint8Array[],
): Promise<DeviceKeyPackage[] | undefined> {
  if (deviceIds.length === 0) return [];
  const reply = await context.ask(Opcode.KEYS, keysBody({ case: 'claim', value: { username, deviceIds } }));
  if (reply.kind === 'lost') return undefined;
  if (reply.kind !== 'ok' || reply.ok.result.case !== 'keys') return [];
  if (reply.ok.result.value.low) context.publishKeys('low');
  const wanted = new Set(deviceIds.map(toHex));
  return reply.ok.result.value.keyPackages.filter(({ deviceId }) => wanted.delete(toHex(deviceId)));
}

/** Zeroes the private parts that no Welcome can be for any more. */
export async function forgetOldKeyPackages(context: Context): Promise<void> {
  const { records } = context;
  const limit = context.time() - WELCOME_WAIT_MS;
  const old = (await records.vault.scan('keypackage')).filter((row) => (row.order ?? 0) < limit);
  if (old.length > 0) await records.vault.write(old.map(({ collection, key }) => ({ delete: { collection, key } })));
}
