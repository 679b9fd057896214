/** As much of node:test as the compliance suites use, for a page: collects the tests, runs none until it is told to. */
type Hook = () => unknown;

interface Suite {
  readonly name: string;
  readonly before: Hook[];
  readonly after: Hook[];
}

const collected: { readonly name: string; readonly suites: readonly Suite[]; readonly run: Hook }[] = [];
const open: Suite[] = [];

export function describe(name: string, define: () => void): void {
  open.push({ name, before: [], after: [] });
  define();
  open.pop();
}

export function it(name: string, run: Hook): void {
  collected.push({ name: [...open.map((suite) => suite.name), name].join(' › '), suites: [...open], run });
}

export function beforeEach(hook: Hook): void {
  open.at(-1)?.before.push(hook);
}

export function afterEach(hook: Hook): void {
  open.at(-1)?.after.push(hook);
}

/** Runs all tests; how many they were, and what failed in which. */
export async function runCollected(): Promise<{ ran: number; failures: string[] }> {
  const failures: string[] = [];
  for (const { name, suites, run } of collected) {
    const before = suites.flatMap((suite) => suite.before);
    const after = suites.toReversed().flatMap((suite) => suite.after);
    try {
      for (const step of [...before, run]) await step();
    } catch (error) {
      failures.push(`${name}: ${error}`);
    }
    try {
      for (const step of after) await step();
    } catch (error) {
      failures.push(`after ${name}: ${error}`);
    }
  }
  return { ran: collected.length, failures };
}
