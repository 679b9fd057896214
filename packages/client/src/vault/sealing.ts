import { ByteReader, ByteWriter, type CryptoProvider, DecodeError, DecryptError, padme, utf8, wipe } from '@parley/protocol';
import { Nonces } from './nonces.ts';
import { type Collection, type Row, VaultError } from './vault.ts';

/** A row as it lies on disk. The collection's number, how rows are ordered, and padded sizes are all that can be read from it. */
export interface SealedRow {
  /** HMAC of collection and key, 16 bytes. */
  readonly name: Uint8Array;
  readonly collection: number;
  /** HMAC of collection and group, 16 bytes; `null` without a group. */
  readonly group: Uint8Array | null;
  readonly order: number;
  /** Nonce 12 ‖ ciphertext ‖ tag 16. */
  readonly box: Uint8Array;
}

/**
 * The number each collection has on disk (for ever), and the smallest plaintext of its rows in bytes. What people wrote starts
 * at a size that makes every short message look alike.
 */
const COLLECTIONS: Record<Collection, { readonly number: number; readonly minimum: number }> = {
  account: { number: 1, minimum: 256 },
  contact: { number: 2, minimum: 256 },
  request: { number: 3, minimum: 256 },
  keypackage: { number: 4, minimum: 256 },
  conversation: { number: 5, minimum: 256 },
  'mls-tree': { number: 6, minimum: 256 },
  'mls-secrets': { number: 7, minimum: 256 },
  message: { number: 8, minimum: 256 },
  outbox: { number: 9, minimum: 256 },
  seen: { number: 10, minimum: 64 },
  event: { number: 11, minimum: 256 },
  view: { number: 12, minimum: 256 },
};

const NAME_BYTES = 16;
const NONCE_BYTES = 12;
const NO_GROUP = new Uint8Array(NAME_BYTES);
const ROW_LABEL = utf8('parley vault row v1\0');

export function collectionNumber(collection: Collection): number {
  return COLLECTIONS[collection].number;
}

/**
 * Seals and opens rows with keys derived from the vault's key. Each box is bound to its place (collection, key, group, order),
 * so that a row copied over another does not open. Nonces are random: 2^32 rows may be written before a repeat is likelier
 * than 2^-33.
 */
export class Sealer {
  readonly #crypto: CryptoProvider;
  readonly #nameKey: Uint8Array;
  readonly #groupKey: Uint8Array;
  readonly #rowKey: Uint8Array;
  readonly #nonces: Nonces;
  /** The last group that was named: rows of one conversation come in a row. */
  #lastGroup: { readonly collection: Collection; readonly group: string; readonly tag: Uint8Array } | undefined;

  /** @param vaultKey 32 random bytes; the caller wipes them */
  constructor(crypto: CryptoProvider, vaultKey: Uint8Array) {
    this.#crypto = crypto;
    this.#nonces = new Nonces(crypto);
    this.#nameKey = crypto.hmacSha256(vaultKey, utf8('parley vault names v1'));
    this.#groupKey = crypto.hmacSha256(vaultKey, utf8('parley vault groups v1'));
    this.#rowKey = crypto.hmacSha256(vaultKey, utf8('parley vault rows v1'));
  }

  name(collection: Collection, key: string): Uint8Array {
    return this.#tag(this.#nameKey, collection, key);
  }

  group(collection: Collection, group: string): Uint8Array {
    const last = this.#lastGroup;
    if (last?.collection === collection && last.group === group) return last.tag;
    const tag = this.#tag(this.#groupKey, collection, group);
    this.#lastGroup = { collection, group, tag };
    return tag;
  }

  seal(row: Row): SealedRow {
    const order = row.order ?? 0;
    if (!Number.isSafeInteger(order)) throw new RangeError('the order of a row is a safe integer');
    const place = {
      name: this.name(row.collection, row.key),
      collection: COLLECTIONS[row.collection].number,
      group: row.group === undefined ? null : this.group(row.collection, row.group),
      order,
    };
    const plaintext = encodeRow(row, COLLECTIONS[row.collection].minimum);
    const nonce = this.#nonces.next();
    const ciphertext = this.#crypto.chacha20poly1305.seal(this.#rowKey, nonce, associatedData(place), plaintext);
    wipe(plaintext);
    const box = new Uint8Array(NONCE_BYTES + ciphertext.length);
    box.set(nonce);
    box.set(ciphertext, NONCE_BYTES);
    return { ...place, box };
  }

  /** @throws VaultError `damaged` for a row that was altered or moved */
  open(collection: Collection, sealed: SealedRow): Row {
    try {
      const reader = new ByteReader(sealed.box);
      const nonce = reader.take(NONCE_BYTES);
      const plaintext = this.#crypto.chacha20poly1305.open(this.#rowKey, nonce, associatedData(sealed), reader.rest());
      const row = decodeRow(collection, sealed.order, plaintext);
      wipe(plaintext);
      return row;
    } catch (error) {
      if (!(error instanceof DecryptError) && !(error instanceof DecodeError)) throw error;
      throw new VaultError('damaged', `a row of collection ${sealed.collection} was altered`, { cause: error });
    }
  }

  wipe(): void {
    wipe(this.#nameKey, this.#groupKey, this.#rowKey);
  }

  #tag(key: Uint8Array, collection: Collection, text: string): Uint8Array {
    const bytes = utf8(text);
    const data = new ByteWriter(1 + bytes.length).u8(COLLECTIONS[collection].number).bytes(bytes).finish();
    return this.#crypto.hmacSha256(key, data).slice(0, NAME_BYTES);
  }
}

function associatedData(place: Omit<SealedRow, 'box'>): Uint8Array {
  return new ByteWriter(ROW_LABEL.length + 2 * NAME_BYTES + 10)
    .bytes(ROW_LABEL)
    .u8(place.collection)
    .bytes(place.name)
    .u8(place.group === null ? 0 : 1)
    .bytes(place.group ?? NO_GROUP)
    .u64(BigInt.asUintN(64, BigInt(place.order)))
    .finish();
}

/** key (u16 length) ‖ 0, or 1 and group (u16 length) ‖ value (u32 length) ‖ zeros up to a Padmé length of at least `minimum`. */
function encodeRow(row: Row, minimum: number): Uint8Array {
  const key = utf8(row.key);
  const group = row.group === undefined ? undefined : utf8(row.group);
  const length = 7 + key.length + (group === undefined ? 0 : 2 + group.length) + row.value.length;
  const plaintext = new Uint8Array(padme(Math.max(length, minimum)));
  const writer = new ByteWriter(length).u16(key.length).bytes(key);
  if (group === undefined) writer.u8(0);
  else writer.u8(1).u16(group.length).bytes(group);
  const content = writer.u32(row.value.length).bytes(row.value).finish();
  plaintext.set(content);
  wipe(content);
  return plaintext;
}

function decodeRow(collection: Collection, order: number, plaintext: Uint8Array): Row {
  const reader = new ByteReader(plaintext);
  const key = readText(reader);
  const group = reader.u8() === 1 ? { group: readText(reader) } : {};
  const value = reader.take(reader.u32()).slice();
  return { collection, key, ...group, order, value };
}

function readText(reader: ByteReader): string {
  const bytes = reader.take(reader.u16());
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new DecodeError('not UTF-8', { cause });
  }
}
