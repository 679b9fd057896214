import assert from 'node:assert/strict';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { Complaints } from './complaints.ts';
import { PASSPHRASE } from './process.ts';

const OUTAGE = /^WebSocket connection to 'ws:\/\/localhost:\d+\/[^']*' failed: /;

/** A person at a browser of their own, who does what people do: by what is written on buttons and fields. */
export class WebClient {
  readonly user: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #complaints = new Complaints();

  private constructor(user: string, context: BrowserContext, page: Page) {
    this.user = user;
    this.context = context;
    this.page = page;
    this.#complaints.watch(page);
  }

  /** A tab with nothing in it. */
  static async open(browser: Browser | BrowserContext, user: string, options: BrowserContextOptions = {}): Promise<WebClient> {
    const context = 'newContext' in browser ? await browser.newContext(options) : browser;
    await Complaints.expect(context);
    return new WebClient(user, context, await context.newPage());
  }

  /** Follows an invite's link, chooses name and passphrase, and has the recovery phrase written down. The phrase. */
  async join(invite: string): Promise<string> {
    await this.page.goto(invite);
    await this.field('Username').fill(this.user);
    await this.field('Passphrase').fill(PASSPHRASE);
    await this.field('Repeat passphrase').fill(PASSPHRASE);
    await this.button('Join').click();
    const words = this.page.locator('.phrase li');
    await words.first().waitFor();
    const phrase = (await words.allTextContents()).join(' ');
    await this.button('I have written it down').click();
    await this.field('Who').waitFor();
    return phrase;
  }

  async unlock(passphrase = PASSPHRASE): Promise<void> {
    await this.field('Passphrase').fill(passphrase);
    await this.button('Unlock').click();
    await this.field('Who').waitFor();
  }

  async request(user: string): Promise<void> {
    await this.field('Who').fill(user);
    await this.button('Request to talk').click();
  }

  async accept(): Promise<void> {
    await this.button('Accept').click();
    await this.field('Message').waitFor();
  }

  async write(text: string): Promise<void> {
    await this.field('Message').fill(text);
    await this.field('Message').press('Enter');
  }

  /** Waits until a text stands in the conversation that is open. */
  async reads(text: string): Promise<void> {
    await this.page.getByRole('log').getByText(text, { exact: true }).waitFor();
  }

  /** What stands in the conversation that is open, from top to bottom: `bob: hi`. */
  async lines(): Promise<string[]> {
    const articles = await this.page.getByRole('log').getByRole('article').all();
    const line = async (article: Locator): Promise<string> => {
      const [author, text] = [article.locator('p').first(), article.locator('.text, .missing')];
      return `${await author.textContent()}: ${await text.textContent()}`;
    };
    return Promise.all(articles.map(line));
  }

  async openConversation(peer: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: peer }).click();
    await this.page.getByRole('main', { name: peer, exact: true }).waitFor();
  }

  field(name: string) {
    return this.page.getByLabel(name, { exact: true });
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** How many unread messages the list shows beside a name. */
  async unread(peer: string): Promise<number> {
    const row = this.page.getByRole('navigation', { name: 'Conversations' }).getByRole('button', { name: peer });
    return Number.parseInt((await row.locator('.unread').allTextContents())[0] ?? '0', 10);
  }

  /** What the console has said, errors that nobody caught, and what the policy refused. There should be none. */
  get complaints(): readonly string[] {
    return this.#complaints.texts;
  }

  /** The whole run was clean. */
  isQuiet(): void {
    assert.deepEqual(this.complaints, []);
  }

  /** The same of a run in which the server was away: Chromium itself complains of each connection that it could not make. */
  isQuietBesidesOutage(): void {
    assert.deepEqual(
      this.complaints.filter((text) => !OUTAGE.test(text)),
      [],
    );
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** One asks, the other accepts; both have the conversation open then. */
export async function befriendOnWeb(from: WebClient, to: WebClient): Promise<void> {
  await from.request(to.user);
  await to.accept();
  await from.field('Message').waitFor();
}
