/**
 * What a client's storage must do. Rows are sealed: neither values nor keys are readable without the passphrase. A row is named
 * by its collection and key; rows of one `group` (say, a conversation) can be read in the rising order of `order`.
 *
 * `write` is the only way to change anything and is one transaction: after a crash all of it is there or none of it.
 */
export interface Vault {
  /** The value of a row. */
  get(collection: Collection, key: string): Promise<Uint8Array | undefined>;
  /** The whole row, with its group and order. */
  find(collection: Collection, key: string): Promise<Row | undefined>;
  /** Rows of a collection, or of one group in it, by rising `order`, then key; with `reverse` the other way round, ties too. */
  scan(collection: Collection, range?: ScanRange): Promise<Row[]>;
  /**
   * Durable (fsync, or what a browser has for it) when it resolves. Calls take effect in the order in which they were made, reads among them.
   */
  write(changes: readonly Change[], options?: WriteOptions): Promise<void>;
  /** Seals the vault's key under a new passphrase. @throws VaultError `wrong_passphrase` */
  changePassphrase(oldPassphrase: string, newPassphrase: string): Promise<void>;
  /** Wipes the keys in memory and lets go of the file or database. */
  close(): Promise<void>;
}

/** The closed list of what a client keeps. */
export type Collection =
  | 'account' // one row `self`: names, keys, server pin, mailbox position
  | 'contact' // by username: pinned identity key, newest device list
  | 'request' // by request id (hex): pending requests, both ways
  | 'keypackage' // by KeyPackage hash (hex): private parts of those that were handed out
  | 'conversation' // by conversation id (hex): with whom, suite, state
  | 'mls-tree' // by conversation id (hex): what changes once an epoch
  | 'mls-secrets' // by conversation id (hex): what changes with every message
  | 'message' // by message id (hex), group = conversation, order = rising number
  | 'outbox' // by message id (hex), order = rising number
  | 'event' // by rising number, order = that number: what the user is told, until it was
  | 'seen' // by message id (hex): opened before; by request/ and request id (hex): settled
  | 'view'; // by username: how far this user's conversation has been read, and what was typed and not sent

export interface Row {
  readonly collection: Collection;
  readonly key: string;
  readonly group?: string;
  /** A safe integer; 0 where order does not matter. */
  readonly order?: number;
  readonly value: Uint8Array;
}

export type Change = { readonly put: Row } | { readonly delete: { readonly collection: Collection; readonly key: string } };

export interface WriteOptions {
  /** `false`: may be lost where the machine stops (not where the process does), whole; what is written later never without it. */
  readonly sync?: boolean;
  /**
   * When it resolves, no byte of any row that was deleted or replaced so far is left in the vault's files, as far as the storage can
   * be told to: in a file that holds, and takes time that grows with the vault (half a second for 100,000 messages). A browser overwrites
   * nothing when asked: what was deleted cannot be read by a page any more, but its sealed bytes stay in the browser's files until it
   * tidies them up.
   */
  readonly erase?: boolean;
}

export interface ScanRange {
  readonly group?: string;
  /** Only rows with an order above (with `reverse`: below) this one. */
  readonly after?: number;
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** `newer`: a newer version made it. `io`: the system refuses to read or write it (rights, or a full disk). */
export type VaultErrorCode = 'not_found' | 'exists' | 'wrong_passphrase' | 'damaged' | 'newer' | 'locked' | 'io';

/** The vault cannot be opened or read. The message says what the user can do; it holds no secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
