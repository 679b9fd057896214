import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Collection, Row, Vault } from '../vault/vault.ts';

/** A collection of the vault that is small enough to be kept in memory. Its values are never changed in place. */
export class Table<Schema extends DescMessage> {
  readonly collection: Collection;
  readonly #schema: Schema;
  readonly #keyOf: (value: MessageShape<Schema>) => string;
  readonly #orderOf: ((value: MessageShape<Schema>) => number) | undefined;
  /** As last written, in the order in which they were first put. */
  readonly rows = new Map<string, MessageShape<Schema>>();

  constructor(
    collection: Collection,
    schema: Schema,
    keyOf: (value: MessageShape<Schema>) => string,
    orderOf?: (value: MessageShape<Schema>) => number,
  ) {
    this.collection = collection;
    this.#schema = schema;
    this.#keyOf = keyOf;
    this.#orderOf = orderOf;
  }

  async load(vault: Vault): Promise<void> {
    for (const row of await vault.scan(this.collection)) this.rows.set(row.key, this.decode(row.value));
  }

  key(value: MessageShape<Schema>): string {
    return this.#keyOf(value);
  }

  row(value: MessageShape<Schema>): Row {
    const row = { collection: this.collection, key: this.key(value), value: toBinary(this.#schema, value) };
    return this.#orderOf === undefined ? row : { ...row, order: this.#orderOf(value) };
  }

  decode(bytes: Uint8Array): MessageShape<Schema> {
    return fromBinary(this.#schema, bytes);
  }
}
