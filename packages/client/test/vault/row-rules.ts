import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Change, Collection, Row, Vault } from '../../src/vault/vault.ts';

/** Where one vault lies; each test has its own. */
interface VaultPlace {
  create(): Promise<Vault>;
  open(): Promise<Vault>;
  remove(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value));
const message = (key: string, group: string, order: number): Row => ({
  collection: 'message',
  key,
  group,
  order,
  value: bytes(`text of ${key}`),
});
const remove = (collection: Collection, key: string): Change => ({ delete: { collection, key } });
const keys = (rows: Row[]) => rows.map((row) => row.key);

/** What every implementation of `Vault` does with rows. */
export function rowRules(name: string, newPlace: () => Promise<VaultPlace>): void {
  describe(`${name} keeps rows`, () => {
    let place: VaultPlace;
    let vault: Vault;

    beforeEach(async () => {
      place = await newPlace();
      vault = await place.create();
    });
    afterEach(async () => {
      await vault.close();
      await place.remove();
    });
    const put = (...rows: Row[]) => vault.write(rows.map((row) => ({ put: row })));

    it('has nothing under a key that was never written', async () => {
      assert.equal(await vault.get('contact', 'bob'), undefined);
      assert.deepEqual(await vault.scan('contact'), []);
    });

    it('returns what was written, after it was closed and opened too', async () => {
      await put({ collection: 'contact', key: 'bob', value: bytes('pin') });
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
      await vault.close();
      vault = await place.open();
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
    });

    it('finds a row with its group and order, and none where there is none', async () => {
      await put(message('m', 'g', 7), { collection: 'contact', key: 'bob', value: bytes('pin') });
      assert.deepEqual(await vault.find('message', 'm'), message('m', 'g', 7));
      assert.deepEqual(await vault.find('contact', 'bob'), { collection: 'contact', key: 'bob', order: 0, value: bytes('pin') });
      assert.equal(await vault.find('message', 'bob'), undefined);
    });

    it('keeps all other rows of a write that erases, and of those that were called with it', async () => {
      await put(message('old', 'g', 1), message('stays', 'g', 2));
      const before = put(message('before', 'g', 3));
      const erasing = vault.write([{ delete: { collection: 'message', key: 'old' } }, { put: message('with', 'g', 4) }], {
        erase: true,
      });
      const after = put(message('after', 'g', 5));
      await Promise.all([before, erasing, after]);
      assert.deepEqual(keys(await vault.scan('message', { group: 'g' })), ['stays', 'before', 'with', 'after']);
      await vault.write([], { erase: true });
      assert.equal(text(await vault.get('message', 'with')), 'text of with');
    });

    it('keeps collections apart', async () => {
      await put({ collection: 'contact', key: 'x', value: bytes('1') }, { collection: 'outbox', key: 'x', value: bytes('2') });
      assert.equal(text(await vault.get('contact', 'x')), '1');
      assert.equal(text(await vault.get('outbox', 'x')), '2');
    });

    it('replaces a row that is written again, in its group and order too', async () => {
      await put(message('m', 'one', 1));
      await put({ ...message('m', 'two', 7), value: bytes('new') });
      assert.deepEqual(await vault.scan('message', { group: 'one' }), []);
      assert.deepEqual(await vault.scan('message', { group: 'two' }), [{ ...message('m', 'two', 7), value: bytes('new') }]);
    });

    it('deletes a row, and does not mind one that is not there', async () => {
      await put(message('m', 'g', 1));
      await vault.write([{ delete: { collection: 'message', key: 'm' } }, { delete: { collection: 'message', key: 'never' } }]);
      assert.equal(await vault.get('message', 'm'), undefined);
    });

    it('applies the changes of one write in their order', async () => {
      const insert: Change = { put: { collection: 'outbox', key: 'm', value: bytes('1') } };
      await vault.write([insert, remove('outbox', 'm')]);
      assert.equal(await vault.get('outbox', 'm'), undefined);
      await vault.write([remove('outbox', 'm'), insert]);
      assert.equal(text(await vault.get('outbox', 'm')), '1');
    });

    it('applies writes in the order of their calls, and a read sees those called before it', async () => {
      const first = put({ collection: 'seen', key: 'k', value: bytes('1') });
      const between = vault.get('seen', 'k');
      const second = put({ collection: 'seen', key: 'k', value: bytes('2') });
      assert.equal(text(await between), '1');
      await Promise.all([first, second]);
      assert.equal(text(await vault.get('seen', 'k')), '2');
    });

    it('does what a map does, though all calls are made at once and not all writes are synced', async () => {
      const key = fc.constantFrom('a', 'b', 'c');
      const call = fc.oneof(
        fc.record({ kind: fc.constant('put' as const), key, sync: fc.boolean() }),
        fc.record({ kind: fc.constant('delete' as const), key, sync: fc.boolean() }),
        fc.record({ kind: fc.constant('get' as const), key }),
        fc.record({ kind: fc.constant('scan' as const) }),
        fc.record({ kind: fc.constant('pause' as const) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 30 }), async (calls) => {
          const model = new Map<string, string>();
          const done: Promise<unknown>[] = [vault.write((await vault.scan('view')).map(({ key }) => remove('view', key)))];
          for (const [index, made] of calls.entries()) {
            if (made.kind === 'pause') await done.at(-1);
            if (made.kind === 'put') {
              model.set(made.key, String(index));
              const row: Row = { collection: 'view', key: made.key, value: bytes(String(index)) };
              done.push(vault.write([{ put: row }], { sync: made.sync }));
            }
            if (made.kind === 'delete') {
              model.delete(made.key);
              done.push(vault.write([remove('view', made.key)], { sync: made.sync }));
            }
            if (made.kind === 'get') {
              const expected = model.get(made.key);
              done.push(vault.get('view', made.key).then((value) => assert.equal(text(value), expected)));
            }
            if (made.kind === 'scan') {
              const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
              done.push(
                vault.scan('view').then((rows) =>
                  assert.deepEqual(
                    rows.map((row) => text(row.value)),
                    expected,
                  ),
                ),
              );
            }
          }
          await Promise.all(done);
        }),
        { numRuns: 40 },
      );
    });

    it('scans by rising order, then key', async () => {
      await put(message('c', 'g', 2), message('b', 'g', 1), message('a', 'g', 2), message('d', 'other', 0));
      assert.deepEqual(keys(await vault.scan('message', { group: 'g' })), ['b', 'a', 'c']);
      assert.deepEqual(keys(await vault.scan('message', { group: 'g', reverse: true })), ['c', 'a', 'b']);
      assert.deepEqual(keys(await vault.scan('message')), ['d', 'b', 'a', 'c']);
    });

    it('scans from an order on, up to a limit, in both directions', async () => {
      await put(...Array.from({ length: 10 }, (_, order) => message(`m${order}`, 'g', order)));
      assert.deepEqual(keys(await vault.scan('message', { group: 'g', after: 3, limit: 2 })), ['m4', 'm5']);
      assert.deepEqual(keys(await vault.scan('message', { group: 'g', after: 3, limit: 2, reverse: true })), ['m2', 'm1']);
      assert.deepEqual(keys(await vault.scan('message', { group: 'g', limit: 0 })), []);
    });

    it('scans as a sorted list would, whatever was written', async () => {
      const rows = fc.uniqueArray(
        fc.record({ key: fc.string(), group: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), order: fc.nat(4) }),
        { selector: (row) => row.key, maxLength: 20 },
      );
      const range = fc.record(
        { group: fc.constantFrom('a', 'b'), after: fc.nat(4), limit: fc.nat(8), reverse: fc.boolean() },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(rows, range, async (drawn, { group, after, limit, reverse }) => {
          const old = await vault.scan('request');
          await vault.write(old.map(({ key }) => ({ delete: { collection: 'request', key } })));
          await put(...drawn.map(({ group: g, ...row }) => toRow('request', row, g)));
          const sign = reverse ? -1 : 1;
          const expected = drawn
            .filter((row) => group === undefined || row.group === group)
            .filter((row) => after === undefined || sign * (row.order - after) > 0)
            .sort((a, b) => sign * (a.order - b.order || (a.key < b.key ? -1 : 1)))
            .slice(0, limit ?? drawn.length);
          const options = {
            ...(group && { group }),
            ...(after !== undefined && { after }),
            ...(limit !== undefined && { limit }),
          };
          assert.deepEqual(keys(await vault.scan('request', { ...options, reverse: reverse === true })), keysOf(expected));
        }),
        { numRuns: 40 },
      );
    });

    it('keeps values of any bytes and size, and names of any characters', async () => {
      const row = fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.uint8Array({ maxLength: 4096 }) });
      await fc.assert(
        fc.asyncProperty(
          row,
          fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
          async (drawn, order) => {
            await put({ collection: 'conversation', group: drawn.key, order, ...drawn });
            const found = (await vault.scan('conversation', { group: drawn.key })).find((one) => one.key === drawn.key);
            assert.deepEqual(found, { collection: 'conversation', group: drawn.key, order, ...drawn });
          },
        ),
        { numRuns: 40 },
      );
      const large = new Uint8Array(1_000_000).fill(7);
      await put({ collection: 'mls-tree', key: 'large', value: large });
      assert.deepEqual(await vault.get('mls-tree', 'large'), large);
    });

    it('keeps no view of the buffers it was given', async () => {
      const value = bytes('before');
      const writing = put({ collection: 'account', key: 'self', value });
      value.fill(0);
      await writing;
      assert.equal(text(await vault.get('account', 'self')), 'before');
    });

    it('keeps no hold of the rows it was given, and gives none of its own away', async () => {
      const row = { ...message('m', 'g', 1) };
      const writing = put(row);
      Object.assign(row, { group: 'other', order: 2, value: bytes('other') });
      await writing;
      const [first] = await vault.scan('message');
      const value = await vault.get('message', 'm');
      for (const given of [first?.value, value]) given?.fill(0);
      assert.deepEqual(await vault.scan('message'), [message('m', 'g', 1)]);
    });

    it('gives a row that was written without an order the order 0', async () => {
      await put({ collection: 'contact', key: 'bob', value: bytes('pin') });
      assert.deepEqual(await vault.scan('contact'), [{ collection: 'contact', key: 'bob', order: 0, value: bytes('pin') }]);
    });

    it('refuses an order that is no safe integer, and nothing of that write happens', async () => {
      const neighbour = put(message('neighbour', 'g', 1));
      await assert.rejects(put(message('first', 'g', 1), message('bad', 'g', 0.5)), RangeError);
      await neighbour;
      assert.deepEqual(keys(await vault.scan('message')), ['neighbour']);
    });

    it('takes a burst of 200 writes', async () => {
      await Promise.all(Array.from({ length: 200 }, (_, order) => put(message(`m${order}`, 'g', order))));
      assert.equal((await vault.scan('message', { group: 'g' })).length, 200);
    });

    it('closes after the calls made before, and refuses those after it', async () => {
      const writing = put({ collection: 'contact', key: 'bob', value: bytes('pin') });
      const reading = vault.get('contact', 'bob');
      await vault.close();
      await writing;
      assert.equal(text(await reading), 'pin');
      await vault.close();
      await assert.rejects(vault.get('contact', 'bob'), /closed/);
      await assert.rejects(put({ collection: 'contact', key: 'bob', value: bytes('x') }), /closed/);
      vault = await place.open();
      assert.equal(text(await vault.get('contact', 'bob')), 'pin');
    });
  });
}

function toRow(collection: Collection, row: { key: string; order: number }, group: string | undefined): Row {
  return { collection, ...row, ...(group === undefined ? {} : { group }), value: bytes(row.key) };
}

function keysOf(rows: readonly { key: string }[]): string[] {
  return rows.map((row) => row.key);
}
