import { join } from 'node:path';
import { MAILBOX_PAGE, MAILBOX_PAGE_BYTES, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { DATABASE, openSqliteStore, type Store } from '@parley/server';
import { type DeviceKey, deviceKey } from '../../packages/server/src/store/device-key.ts';
import type { SessionRef } from '../../packages/server/src/store/entries.ts';
import { Latencies } from '../load/meter.ts';
import { temporaryFolder } from '../servers/folder.ts';
import { type LoadAccount, putAccounts, readAccounts } from '../servers/parley-accounts.ts';

interface StoreWork {
  /** Calls that have not resolved. */
  readonly underWay: number;
  /** Of each message. */
  readonly bytes: number;
  readonly mailboxes: number;
  readonly durationMs: number;
}

interface StoreFigures {
  readonly perSecond: number;
  /** From the call to what it resolves to. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of this process with the store's worker, for each message. */
  readonly cpuUs: number;
  readonly drainedPerSecond: number;
}

/** Writes to a store of its own, on the disk of the system's folder for temporary files, and drains it. */
export async function measureStore(work: StoreWork): Promise<StoreFigures> {
  await using stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const accounts = readAccounts(await putAccounts(folder, 2 * work.mailboxes));
  const store = await openSqliteStore(join(folder, DATABASE));
  stack.defer(() => store.close());
  const mailboxes: Mailbox[] = [];
  for (let pair = 0; pair < work.mailboxes; pair += 1) {
    const [from, to] = [accounts[2 * pair], accounts[2 * pair + 1]];
    if (from === undefined || to === undefined) throw new Error('there are fewer accounts than were asked for');
    const [by, reader] = await Promise.all([sessionOf(store, from), sessionOf(store, to)]);
    mailboxes.push({ by, reader, conversation: from.conversation, position: 0n });
  }
  const written = await write(store, mailboxes, work);
  const startMs = performance.now();
  const drained = await Promise.all(mailboxes.map(({ reader }) => drain(store, reader)));
  const seconds = (performance.now() - startMs) / 1_000;
  const count = drained.reduce((sum, one) => sum + one, 0);
  const sent = mailboxes.reduce((sum, { position }) => sum + Number(position), 0);
  if (count !== sent) throw new Error(`the mailboxes hold ${count} messages, ${sent} were written`);
  return { ...written, drainedPerSecond: count / seconds };
}

interface Mailbox {
  readonly by: SessionRef;
  readonly reader: SessionRef;
  readonly conversation: Uint8Array;
  /** The last one that was given out. */
  position: bigint;
}

async function sessionOf(store: Store, { username, deviceId, channel }: LoadAccount): Promise<SessionRef> {
  const device: DeviceKey = deviceKey(username, deviceId);
  const opened = await store.openSession({ device, channelKey: channel.publicKey });
  if (opened === undefined) throw new Error(`${username} could not log in`);
  return { device, session: opened.session };
}

async function write(
  store: Store,
  mailboxes: readonly Mailbox[],
  { underWay, bytes, durationMs }: StoreWork,
): Promise<Omit<StoreFigures, 'drainedPerSecond'>> {
  const body = crypto.randomBytes(bytes);
  const latencies = new Latencies();
  latencies.isOn = true;
  let count = 0;
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const lane = async (first: number): Promise<void> => {
    for (let turn = first; performance.now() - startMs < durationMs; turn += underWay) {
      const mailbox = mailboxes[turn % mailboxes.length] as Mailbox;
      mailbox.position += 1n;
      const { by, reader, conversation, position } = mailbox;
      const delivery = { device: reader.device, position, opcode: Opcode.MESSAGE, body, atMs: 0 };
      const calledMs = performance.now();
      const outcome = await store.appendMessage({ by, conversation, epoch: 1n, deliveries: [delivery] });
      if (outcome !== 'ok') throw new Error(`the store said ${JSON.stringify(outcome)}`);
      latencies.add(performance.now() - calledMs);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: underWay }, (_, index) => lane(index)));
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { p50 = Number.NaN, p99 = Number.NaN } = latencies.summary() ?? {};
  return { perSecond: count / seconds, p50Ms: p50, p99Ms: p99, cpuUs: (user + system) / count };
}

/** As a device does that comes back: a page, its ACK, the next page. Returns how many messages there were. */
async function drain(store: Store, by: SessionRef): Promise<number> {
  let count = 0;
  for (let after = 0n; ; ) {
    const page = await store.readMailbox(by.device, after, MAILBOX_PAGE, MAILBOX_PAGE_BYTES);
    const last = page.at(-1);
    if (last === undefined) return count;
    count += page.length;
    after = last.position;
    await store.ack({ by, position: after });
  }
}
