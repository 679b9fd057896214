import type { BrowserContext, Page, Worker } from 'playwright-core';

/**
 * Whatever a page or its worker complains about: errors and warnings of the console, errors that nobody caught, and what the policy that
 * the server sends has refused.
 */
export class Complaints {
  readonly #texts: string[] = [];

  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Of pages that this context opens from now on. */
  static async expect(context: BrowserContext): Promise<void> {
    await context.addInitScript(TELL_OF_POLICY);
  }

  /** Of this page, from now on. */
  watch(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#texts.push(message.text());
    });
    page.on('pageerror', (error) => this.#texts.push(String(error)));
    // A worker may be gone before it is asked.
    page.on('worker', (worker: Worker) => void worker.evaluate(TELL_OF_POLICY).catch(() => {}));
  }
}

/** Runs in the page and in its worker; the console takes what it tells to the test. */
const TELL_OF_POLICY = `
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
    console.error('refused by ' + effectiveDirective + ': ' + blockedURI + ' ' + sample);
  });
  new ReportingObserver((reports) => {
    for (const { type, body } of reports) console.error(type + ': ' + JSON.stringify(body));
  }, { types: ['deprecation', 'intervention', 'integrity-violation', 'permissions-policy-violation', 'coep'] }).observe();
`;
