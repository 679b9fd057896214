/** As much of node:assert/strict as the compliance suite uses, for a page. */
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
  throws(run: () => unknown, type: new (...parameters: never[]) => Error): void {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof type, `threw ${String(thrown)} instead of a ${type.name}`);
  },
};

export default assert;

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? `bytes ${Array.from(part).join(' ')}` : typeof part === 'bigint' ? `${part}n` : part,
  );
}
