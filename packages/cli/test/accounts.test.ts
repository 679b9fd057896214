import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { chooseAccount, clientFolder, formatAccount, listAccounts, parseAccount, vaultFile } from '../src/accounts.ts';

const ALICE = { user: 'alice', host: 'localhost', port: 10_000 };
const BOB = { user: 'b_o.b-1', host: 'chat.example.org', port: 443 };
const CAROL = { user: 'carol', host: '2001:db8::1', port: 7 };

describe('the name of an account', () => {
  it('is NAME@HOST:PORT, and the port may be left out', () => {
    assert.deepEqual(parseAccount('alice@localhost:10000'), ALICE);
    assert.deepEqual(parseAccount('alice@LOCALHOST'), ALICE);
    for (const account of [ALICE, BOB, CAROL]) assert.deepEqual(parseAccount(formatAccount(account)), account);
  });

  for (const text of [
    'alice',
    '@localhost',
    'alice@',
    'a@localhost',
    'alice@localhost:0',
    'alice@localhost:65536',
    'alice@localhost:',
    '../x@y:1',
    'alice@a/b',
    'Alice@localhost',
  ]) {
    it(`is not ${text}`, () => assert.equal(parseAccount(text), undefined));
  }
});

describe('the folder of the accounts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-accounts-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const add = (account: typeof ALICE) => writeFile(vaultFile(folder, account), '');

  it('is chosen by --data, then PARLEY_DATA, then XDG_DATA_HOME', (t) => {
    const { PARLEY_DATA, XDG_DATA_HOME } = process.env;
    t.after(() => {
      for (const [name, value] of Object.entries({ PARLEY_DATA, XDG_DATA_HOME })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    process.env.PARLEY_DATA = '/from/variable';
    process.env.XDG_DATA_HOME = '/xdg';
    assert.equal(clientFolder('/given'), '/given');
    assert.equal(clientFolder(undefined), '/from/variable');
    delete process.env.PARLEY_DATA;
    assert.equal(clientFolder(undefined), join('/xdg', 'parley'));
  });

  it('has a file for each account, whose name has no colon', async () => {
    for (const account of [ALICE, BOB, CAROL]) await add(account);
    await writeFile(join(folder, 'notes.txt'), '');
    await writeFile(join(folder, 'nonsense.vault'), '');
    assert.equal(basename(vaultFile(folder, ALICE)), 'alice@localhost_10000.vault');
    assert.doesNotMatch(basename(vaultFile(folder, CAROL)), /:/);
    assert.deepEqual(listAccounts(folder), [ALICE, BOB, CAROL]);
  });

  it('gives the only account where none is named', async () => {
    await add(ALICE);
    assert.deepEqual(chooseAccount(folder, undefined), ALICE);
  });

  it('gives the account that is named, in full or by its only NAME', async () => {
    for (const account of [ALICE, BOB]) await add(account);
    assert.deepEqual(chooseAccount(folder, 'alice@localhost:10000'), ALICE);
    assert.deepEqual(chooseAccount(folder, 'b_o.b-1'), BOB);
  });

  const usage = (message: RegExp) => ({ exitCode: 2, message });
  it('asks which one where there are several', async () => {
    for (const account of [ALICE, BOB]) await add(account);
    assert.throws(() => chooseAccount(folder, undefined), usage(/alice@localhost:10000, b_o/));
  });

  it('asks which server where a name has several', async () => {
    await add(ALICE);
    await add({ ...ALICE, port: 2 });
    assert.throws(() => chooseAccount(folder, 'alice'), usage(/alice@localhost:10000, alice@localhost:2/));
  });

  it('says how to make one where there is none, and in a folder that is not there', async () => {
    assert.throws(() => chooseAccount(folder, undefined), usage(/parley join/));
    assert.throws(() => chooseAccount(join(folder, 'none'), 'alice@localhost'), usage(/parley join/));
  });

  it('refuses a name that is none', () => {
    assert.throws(() => chooseAccount(folder, '../../etc/passwd'), usage(/NAME@HOST:PORT/));
  });
});
