/** What vault.test.ts can ask of a tab (page/vault.ts). An outcome is 'done', what was asked for, or CODE: MESSAGE of a VaultError. */
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
  /** The names of all ways to alter a row. */
  alterations(): string[];
  /** What reading says of a vault in which a row was altered this way. */
  readAltered(alteration: string): Promise<string>;
}
