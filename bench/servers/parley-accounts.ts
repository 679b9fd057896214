import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONVERSATION_ID_BYTES, fromBase64Url, type KeyPair, toBase64Url } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { DATABASE, openSqliteStore, type Store } from '@parley/server';
import { Account } from '../../packages/server/test/support/account.ts';

/** What a client of the load generator logs in with, and the conversation with its partner. */
export interface LoadAccount {
  readonly username: string;
  readonly deviceId: Uint8Array;
  readonly channel: KeyPair;
  readonly conversation: Uint8Array;
}

/** How many writes are under way at once: the store makes groups of them. */
const AT_ONCE = 500;

/**
 * Puts accounts into the database of a server that does not run yet, through the store that it uses: `clients` whose partners have agreed
 * to talk (2p with 2p + 1), and `others` who only fill it.
 * @returns the file that `readAccounts` reads
 */
export async function putAccounts(dataFolder: string, clients: number, others = 0): Promise<string> {
  const accounts = Array.from({ length: clients }, (_, index) => new Account(nameOf(index)));
  const conversations = accounts.map(() => crypto.randomBytes(CONVERSATION_ID_BYTES));
  const store = await openSqliteStore(join(dataFolder, DATABASE));
  try {
    const token = crypto.sha256(crypto.randomBytes(16));
    await store.addInvite({ tokenHash: token, expiresMs: Date.now() + 3_600_000, uses: clients + others });
    await inGroups(clients, (index) => register(store, token, accounts[index] as Account));
    await inGroups(clients >> 1, (pair) =>
      agree(store, [accounts[2 * pair] as Account, accounts[2 * pair + 1] as Account], conversations[2 * pair] as Uint8Array),
    );
    await inGroups(others, (index) => fill(store, token, `other-${index}`));
  } finally {
    await store.close();
  }
  const file = join(dataFolder, 'accounts.json');
  writeFileSync(
    file,
    JSON.stringify(
      accounts.map((account, index) => {
        const { deviceId, channel } = account.device();
        const conversation = conversations[index & ~1] as Uint8Array;
        return [account.username, ...[deviceId, channel.secret, channel.publicKey, conversation].map(toBase64Url)];
      }),
    ),
    { mode: 0o600 },
  );
  return file;
}

export function readAccounts(file: string): LoadAccount[] {
  const rows = JSON.parse(readFileSync(file, 'utf8')) as [string, string, string, string, string][];
  return rows.map(([username, ...fields]) => {
    const [deviceId, secret, publicKey, conversation] = fields.map(fromBase64Url) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    return { username, deviceId, channel: { secret, publicKey }, conversation };
  });
}

function nameOf(index: number): string {
  return `user-${index}`;
}

async function register(store: Store, tokenHash: Uint8Array, account: Account): Promise<void> {
  const { username, identity, list } = account;
  const { deviceId, channel, signature } = account.device();
  const outcome = await store.register({
    proof: { tokenHash },
    username,
    identityKey: identity.publicKey,
    deviceList: list,
    version: 1n,
    devices: [{ key: account.key(), deviceId, channelKey: channel.publicKey, signatureKey: signature.publicKey }],
    nowMs: Date.now(),
    device: account.key(),
    deliveries: [],
  });
  if (outcome !== 'registered') throw new Error(`${username} could not be registered`);
}

/** One account beside those who talk. Nobody reads what it is made of. */
async function fill(store: Store, tokenHash: Uint8Array, username: string): Promise<void> {
  const deviceId = crypto.randomBytes(8);
  const key = `${username}/${Buffer.from(deviceId).toString('hex')}` as const;
  await store.register({
    proof: { tokenHash },
    username,
    identityKey: crypto.randomBytes(32),
    deviceList: crypto.randomBytes(400),
    version: 1n,
    devices: [{ key, deviceId, channelKey: crypto.randomBytes(32), signatureKey: crypto.randomBytes(32) }],
    nowMs: Date.now(),
    device: key,
    deliveries: [],
  });
}

/** RTT and ACCEPT. */
async function agree(store: Store, [asking, asked]: [Account, Account], conversation: Uint8Array): Promise<void> {
  const [from, to] = await Promise.all([refOf(store, asking), refOf(store, asked)]);
  const requestId = crypto.randomBytes(16);
  const step = { requestId, from: asking.username, to: asked.username, nowMs: Date.now(), deliveries: [] };
  await store.openRequest({ ...step, by: from, sha256: crypto.randomBytes(32), body: new Uint8Array(1) });
  const outcome = await store.acceptRequest({
    ...step,
    from: asked.username,
    to: asking.username,
    by: to,
    sha256: crypto.randomBytes(32),
    conversation,
    suite: 83,
    epoch: 1n,
    members: [asking.key(), asked.key()],
  });
  if (outcome !== 'ok') throw new Error(`${asked.username} could not accept`);
}

async function refOf(store: Store, account: Account) {
  const opened = await store.openSession({ device: account.key(), channelKey: account.device().channel.publicKey });
  if (opened === undefined) throw new Error(`${account.username} could not log in`);
  return { device: account.key(), session: opened.session };
}

async function inGroups(count: number, action: (index: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += AT_ONCE) {
    const group = Math.min(AT_ONCE, count - first);
    await Promise.all(Array.from({ length: group }, (_, i) => action(first + i)));
  }
}
