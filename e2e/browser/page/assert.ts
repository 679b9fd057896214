type ErrorType = abstract new (...parameters: never[]) => Error;
/** What an error is to be: of a type, with a text that matches, or with these properties. */
type Expected = ErrorType | RegExp | Readonly<Record<string, unknown>>;

/** As much of node:assert/strict as the compliance suites use, for a page. */
const assert = {
  ok(value: unknown, message = 'is not true'): void {
    if (!value) throw new Error(String(message));
  },
  equal(actual: unknown, expected: unknown, message = ''): void {
    if (!Object.is(actual, expected)) throw new Error(`${message} ${canonical(actual)} is not ${canonical(expected)}`);
  },
  deepEqual(actual: unknown, expected: unknown, message = ''): void {
    assert.equal(canonical(actual), canonical(expected), message);
  },
  notDeepEqual(actual: unknown, other: unknown): void {
    assert.ok(canonical(actual) !== canonical(other), 'the two are the same');
  },
  throws(run: () => unknown, expected: Expected): void {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    assert.ok(isAsExpected(thrown, expected), `threw ${String(thrown)}`);
  },
  async rejects(promise: Promise<unknown>, expected: Expected): Promise<void> {
    const reason = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(isAsExpected(reason, expected), `rejected with ${String(reason)}`);
  },
};

export default assert;

function isAsExpected(error: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return error instanceof Error && expected.test(String(error));
  if (typeof expected === 'function') return error instanceof expected;
  return error instanceof Error && Object.entries(expected).every(([name, value]) => property(error, name) === value);
}

function property(error: Error, name: string): unknown {
  return Reflect.get(error, name);
}

/** Fields in the order of their names, bytes and large numbers as text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return `bytes ${Array.from(part).join(' ')}`;
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
