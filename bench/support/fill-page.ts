/** What the page of page/fill-browser.ts can be asked for. */
export interface FillPage {
  /** @param messages of all; the first peer has half of them */
  fill(options: { passphrase: string; peers: number; messages: number }): Promise<void>;
}
