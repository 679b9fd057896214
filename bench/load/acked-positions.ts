import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * How far each client has ACKed its mailbox. A device that logs in again has to say it; whoever loads a server after another load
 * generator finds it beside the accounts.
 */
export class Positions {
  readonly #file: string;
  readonly #positions: Map<number, string>;

  /** @param accounts the file of the accounts */
  constructor(accounts: string) {
    this.#file = `${accounts}.positions`;
    const entries = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as [number, string][]) : [];
    this.#positions = new Map(entries);
  }

  /** 0 where it has ACKed nothing. */
  of(index: number): bigint {
    return BigInt(this.#positions.get(index) ?? 0);
  }

  note(index: number, position: bigint): void {
    this.#positions.set(index, position.toString());
  }

  save(): void {
    writeFileSync(this.#file, JSON.stringify([...this.#positions]), { mode: 0o600 });
  }
}
