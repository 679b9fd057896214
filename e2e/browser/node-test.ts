/** As much of node:test as the compliance suite uses, for a page: collects the tests, runs none. */
export const collected: { readonly name: string; readonly run: () => unknown }[] = [];
const path: string[] = [];

export function describe(name: string, define: () => void): void {
  path.push(name);
  define();
  path.pop();
}

export function it(name: string, run: () => unknown): void {
  collected.push({ name: [...path, name].join(' › '), run });
}
