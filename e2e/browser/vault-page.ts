/**
 * What vault.test.ts can ask of a tab (page/vault.ts). An outcome is the text that was asked for, or 'done', or CODE: MESSAGE of a
 * VaultError.
 */
export interface VaultPage {
  /** Runs the rules of all vaults on IndexedDB. */
  runCollected(): Promise<{ ran: number; failures: string[] }>;
  create(passphrase: string): Promise<string>;
  open(passphrase: string): Promise<string>;
  close(): Promise<string>;
  has(): Promise<boolean>;
  remove(): Promise<string>;
  put(key: string, text: string): Promise<string>;
  get(key: string): Promise<string>;
  /** One row of so many bytes. */
  putLarge(key: string, bytes: number): Promise<string>;
  /** So many writes of one row, one after the other. */
  putMany(count: number, sync: boolean): Promise<string>;
  /** Writes two rows with the same number, over and over, and says each number that is durable on the console. */
  countForEver(): void;
  readonly storage: StoragePage;
}

/** What somebody else can do who has a script in the page. */
export interface StoragePage {
  /** The names of all ways to alter a row. */
  alterations(): string[];
  /** What reading says of a vault in which a row was altered this way. */
  readAltered(alteration: string): Promise<string>;
  /** The name of the error with which the browser refuses to give the device key away. */
  exportDeviceKey(): Promise<string>;
  /** What comes of trying a passphrase on the stored envelope, as anywhere else, without the device key. */
  tryElsewhere(passphrase: string): Promise<string>;
  /** Makes the database one of a later version. */
  upgrade(): Promise<void>;
  /** Keeps a text that nobody sealed. */
  keepUnsealed(text: string): Promise<void>;
}
