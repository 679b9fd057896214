/** Where the accounts of XMPP clients are. */
export const DOMAIN = 'localhost';

/** One for all of them: what is measured is that the server checks it. */
export const PASSWORD = 'correct-horse-battery-staple';

/** The names that the load generator logs in with. */
export function accountNames(clients: number): string[] {
  return Array.from({ length: clients }, (_, index) => `c${index}`);
}
