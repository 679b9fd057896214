import { deriveKey } from '../../packages/client/src/vault/argon2.ts';
import type { DeriveKey } from '../../packages/client/src/vault/envelope.ts';
import { openVault } from '../../packages/client/src/vault/sqlite.ts';
import { PASSPHRASE } from '../support/process.ts';
import { inOrder, numberOf } from './log-contents.ts';
import type { Reader } from './torn-log.ts';

const derived = new Map<string, Promise<Uint8Array>>();

/** argon2id once for each salt: thousands of copies of one vault are opened. */
const deriveOnce: DeriveKey = async (passphrase, salt, cost) => {
  const name = Buffer.from(salt).toString('hex');
  const key = derived.get(name) ?? deriveKey(passphrase, salt, cost);
  derived.set(name, key);
  return new Uint8Array(await key); // a copy: who asks wipes it
};

/** Messages in a vault whose log was damaged. Their state is that of the newest, and what was not synced is there up to some point. */
export const vaultAfterCrash: Reader = async (file) => {
  const vault = await openVault(file, PASSPHRASE, deriveOnce);
  try {
    const messages = await vault.scan('message', { group: 'conversation' });
    const numbers = inOrder(messages.map(({ value }) => value));
    if (messages.some(({ order, key }, index) => order !== numbers[index] || key !== `m${order}`))
      throw new Error('a row is another');
    const state = await vault.get('mls-secrets', 'state');
    if ((state === undefined ? undefined : inOrderFrom(state)) !== numbers.at(-1)) throw new Error('a write is there in part');
    const unsynced = inOrder((await vault.scan('event')).map(({ value }) => value));
    const behind = numbers.length - unsynced.length;
    if (behind !== 0 && behind !== 1)
      throw new Error(`${numbers.length} messages, and ${unsynced.length} of what came after each`);
    return numbers;
  } finally {
    await vault.close();
  }
};

function inOrderFrom(body: Uint8Array): number {
  return inOrder([body], numberOf(body))[0] ?? -1;
}
