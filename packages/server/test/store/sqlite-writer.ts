/**
 * A child process for the kill test: fills a mailbox of the store in `argv[2]` for ever, and writes each position to its output
 * once the store has resolved it.
 */
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { World } from './world.ts';

const AT_ONCE = 20;

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: sqlite-writer.ts FILE');
const world = new World(await openSqliteStore(file));
const [[anna], [bert]] = await Promise.all([world.user('anna'), world.user('bert')]);
const conversation = await world.conversation(anna, bert);

async function fill(): Promise<never> {
  for (;;) {
    const delivery = world.delivery(bert);
    const answer = await world.store.appendMessage({ by: anna, conversation, epoch: 1n, deliveries: [delivery] });
    if (answer !== 'ok') throw new Error('a message was refused');
    // Waits for a reader that is slow: lines never pile up here.
    await new Promise((written) => process.stdout.write(`${delivery.position}\n`, written));
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, fill));
