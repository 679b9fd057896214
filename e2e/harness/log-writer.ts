/**
 * A process that writes until it is killed: `node log-writer.ts store|vault FILE COUNT`. It prints a line for each thing that is safe
 * (resolved after a sync): its number, and how long the `-wal` file was then. After COUNT of them it writes a few more that it says
 * nothing of, and waits for its end.
 */
import { statSync } from 'node:fs';
import { openVault } from '@parley/client/node';
import { openSqliteStore } from '@parley/server';
import { World } from '../../packages/server/test/store/world.ts';
import { PASSPHRASE } from '../support/process.ts';
import { bodyOf, changesOf, unsyncedOf } from './log-contents.ts';

/** Messages that are written at once: some share a transaction. */
const AT_ONCE = 3;
const UNSAID = 4;

const [, , kind, file = '', count = '0'] = process.argv;
const numbers = Array.from({ length: Number(count) + UNSAID }, (_, number) => number);

function isSafe(number: number): void {
  if (number < Number(count)) process.stdout.write(`${number} ${statSync(`${file}-wal`).size}\n`);
}

async function fillStore(): Promise<void> {
  const world = new World(await openSqliteStore(file));
  const [[anna], [bert]] = [await world.user('anna'), await world.user('bert')];
  const conversation = await world.conversation(anna, bert);
  const writeNext = async (): Promise<void> => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      const delivery = world.delivery(bert, bodyOf(number));
      const answer = await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [delivery] });
      if (answer !== 'ok') throw new Error('a message was refused');
      isSafe(number);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, writeNext));
}

async function fillVault(): Promise<void> {
  const vault = await openVault(file, PASSPHRASE);
  for (const number of numbers) {
    await vault.write(changesOf(number));
    isSafe(number);
    await vault.write(unsyncedOf(number), { sync: false });
  }
}

await (kind === 'vault' ? fillVault() : fillStore());
process.stdout.write('done\n');
setInterval(() => {}, 1_000);
