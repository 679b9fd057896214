import { createVault, openVault, removeVault } from '@parley/client/browser';
import { outcome } from './outcome.ts';
import { done } from './requests.ts';

const PASSPHRASE = 'correct horse battery staple';

/** A row as the database has it. */
interface StoredRow {
  name: unknown;
  collection: unknown;
  group?: unknown;
  order: unknown;
  box: Uint8Array;
}

/** What somebody who can write the database may do to one row, having others. */
export const ALTERATIONS: Readonly<Record<string, (row: StoredRow, other: StoredRow) => StoredRow>> = {
  'another box': (row, { box }) => ({ ...row, box }),
  'another group': (row, { group }) => ({ ...row, group }),
  'no group': ({ group, ...row }) => row,
  'another order': (row) => ({ ...row, order: 9 }),
  'an order that is none': (row) => ({ ...row, order: 'first' }),
  'another name': (row) => ({ ...row, name: new Uint8Array(16) }),
  'a byte more': (row) => ({ ...row, box: Uint8Array.of(...row.box, 0) }),
  'a bit less': (row) => ({ ...row, box: row.box.with(-1, row.box.at(-1)! ^ 1) }),
  'a box that is none': (row) => ({ ...row, box: 'text' as never }),
  'another collection': (row) => ({ ...row, collection: 9 }),
};

export async function readAltered(alteration: string): Promise<string> {
  const name = crypto.randomUUID();
  const vault = await createVault(PASSPHRASE, name);
  const put = (key: string, group: string, order: number) => ({
    put: { collection: 'message', key, group, order, value: new Uint8Array(8) } as const,
  });
  await vault.write([put('a', 'one', 1), put('b', 'two', 2)]);
  await vault.close();
  await alterFirst(name, ALTERATIONS[alteration]!);
  const opened = await openVault(PASSPHRASE, undefined, name);
  try {
    return await outcome(async () => {
      await opened.scan(alteration === 'another collection' ? 'outbox' : 'message');
    });
  } finally {
    await opened.close();
    await removeVault(name);
  }
}

async function alterFirst(name: string, alter: (row: StoredRow, other: StoredRow) => StoredRow): Promise<void> {
  const database = await done(indexedDB.open(name));
  const rows = database.transaction('row', 'readwrite').objectStore('row');
  const [first, second]: StoredRow[] = await done(rows.getAll());
  await done(rows.delete(first!.name as Uint8Array<ArrayBuffer>));
  await done(rows.put(alter(first!, second!)));
  database.close();
}
