import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createVault } from '@parley/client/node';
import { PASSPHRASE, within } from '../support/process.ts';
import { tempFolder } from '../support/world.ts';
import type { Harness, Outcome } from './harness.ts';
import { storeAfterCrash, wholeStoreAfterCrash } from './log-store.ts';
import { vaultAfterCrash } from './log-vault.ts';

/** SQLite's write-ahead log: a header, then frames of a page each. Beyond so many frames SQLite empties it by itself. */
const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;
const MAX_FRAMES = 1_000;
/** Of so many damaged logs one is opened with the worker thread and all, which takes much longer. */
const WHOLE_EVERY = 100;
const SPELLED_OUT = 5;

/** What a power cut, or a bad disk, may leave of a log. */
type Damage = 'cut' | 'zeros' | 'noise' | 'flip';

/** Something that was said to be safe: its number, how long the log was then, and how often it had been emptied before. */
interface Safe {
  readonly number: number;
  readonly logBytes: number;
  readonly generation: number;
}

/** What a killed process has left. */
interface Remains {
  readonly database: Buffer;
  readonly log: Buffer;
  readonly safe: readonly Safe[];
}

/** Opens what is left, and says which numbers are there, in order. Throws where that is not as it was written. */
export type Reader = (file: string) => Promise<number[]>;

interface Subject {
  readonly name: 'store' | 'vault';
  readonly reader: (index: number) => Reader;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'store', reader: (index) => (index % WHOLE_EVERY === 0 ? wholeStoreAfterCrash : storeAfterCrash) },
  { name: 'vault', reader: () => vaultAfterCrash },
];

/** The end of the log cut off, or turned into something else, at any byte, after a kill: of the server's store and of a vault. */
export const tornLog: Harness<{ messages: number; places: number }> = {
  what: 'logs of database and vault that end, or are wrong from, anywhere: what was acknowledged before is there, whole',
  quick: { messages: 8, places: 80 },
  long: { messages: 120, places: 10_000 },

  async run({ messages, places }, log): Promise<Outcome> {
    await using stack = new AsyncDisposableStack();
    const folder = tempFolder(stack);
    const outcomes: Outcome[] = [];
    for (const subject of SUBJECTS) {
      const remains = await kill(subject.name, join(folder, subject.name), messages);
      const frames = (remains.log.length - HEADER_BYTES) / FRAME_BYTES;
      if (frames >= MAX_FRAMES) throw new Error(`the log of the ${subject.name} has ${frames} frames: fewer messages, please`);
      log(`${subject.name}: ${remains.safe.length} acknowledged, a log of ${frames} frames`);
      outcomes.push(await examine(subject, remains, { folder, places, log }));
    }
    return {
      counts: Object.assign({}, ...outcomes.map(({ counts }) => counts)),
      problems: outcomes.flatMap(({ problems }) => problems),
    };
  },
};

/** Opens a copy of what is left for each damage of its log. */
async function examine(
  { name, reader }: Subject,
  { database, log, safe }: Remains,
  options: { folder: string; places: number; log: (line: string) => void },
): Promise<Outcome> {
  const damages = [...everyFrame(log.length), ...anywhere(log.length, options.places)];
  const file = join(options.folder, `${name}.copy`);
  const problems: string[] = [];
  let lost = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { damage, at }] of damages.entries()) {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    writeFileSync(file, database);
    writeFileSync(`${file}-wal`, damaged(log, damage, at));
    const where = `${name}, ${damage} at byte ${at}`;
    try {
      const numbers = await reader(index)(file);
      least = Math.min(least, numbers.length);
      const missing = mustBeThere(safe, damage, at).filter((number) => numbers[number] !== number);
      lost += missing.length;
      if (missing.length > 0) problems.push(`${where}: acknowledged and not there: ${missing.slice(0, SPELLED_OUT)}`);
    } catch (error) {
      problems.push(`${where}: ${error instanceof Error ? error.message : error}`);
    }
    if ((index + 1) % 1_000 === 0) options.log(`${name}: ${index + 1} of ${damages.length} damaged logs`);
  }
  // Nothing was proven: a vault empties its log every 64 transactions, and that was just now.
  if (least >= safe.length) throw new Error(`the log of the ${name} held nothing acknowledged: other figures, please`);
  return {
    counts: {
      [`${name}: acknowledged`]: safe.length,
      [`${name}: bytes of log`]: log.length,
      [`${name}: damaged logs opened`]: damages.length,
      [`${name}: acknowledged before the damage and lost`]: lost,
    },
    problems: [
      ...problems.slice(0, SPELLED_OUT),
      ...(problems.length > SPELLED_OUT ? [`${name}: ${problems.length} problems`] : []),
    ],
  };
}

/** Lets a process write until so many are safe, and ends it as a power cut would. */
async function kill(kind: 'store' | 'vault', folder: string, count: number): Promise<Remains> {
  mkdirSync(folder);
  const file = join(folder, 'database');
  if (kind === 'vault') await (await createVault(file, PASSPHRASE)).close();
  const writer = spawn(process.execPath, [resolve(import.meta.dirname, 'log-writer.ts'), kind, file, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(writer, 'close');
  const safe: Safe[] = [];
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input: writer.stdout })) {
      if (line === 'done') writer.kill('SIGKILL');
      else safe.push(nextSafe(line, safe.at(-1)));
    }
    await closed;
  };
  await within(read(), `the ${kind} to be filled`, () => writer.kill('SIGKILL'));
  if (safe.length !== count) throw new Error(`the writer of the ${kind} ended after ${safe.length} of ${count}`);
  copyFileSync(`${file}-wal`, join(folder, 'log'));
  return { database: readFileSync(file), log: readFileSync(join(folder, 'log')), safe };
}

function nextSafe(line: string, before: Safe | undefined): Safe {
  const [number = Number.NaN, logBytes = 0] = line.split(' ').map(Number);
  const wasEmptied = before !== undefined && logBytes < before.logBytes;
  return { number, logBytes, generation: (before?.generation ?? 0) + (wasEmptied ? 1 : 0) };
}

/** A cut at the end of every frame, a byte before and a byte after it. */
function everyFrame(bytes: number): { damage: Damage; at: number }[] {
  const ends = Array.from(
    { length: Math.floor((bytes - HEADER_BYTES) / FRAME_BYTES) + 1 },
    (_, n) => HEADER_BYTES + n * FRAME_BYTES,
  );
  return [0, ...ends.flatMap((end) => [end - 1, end, end + 1])].map((at) => ({ damage: 'cut', at: Math.min(at, bytes) }));
}

/** Each damage in turn, anywhere. */
function anywhere(bytes: number, count: number): { damage: Damage; at: number }[] {
  const kinds: Damage[] = ['cut', 'flip', 'zeros', 'noise'];
  return Array.from({ length: count }, (_, n) => ({
    damage: kinds[n % kinds.length] ?? 'cut',
    at: Math.floor(Math.random() * bytes),
  }));
}

function damaged(log: Buffer, damage: Damage, at: number): Buffer {
  if (damage === 'cut') return log.subarray(0, at);
  const copy = Buffer.from(log);
  if (damage === 'zeros') copy.fill(0, at);
  else if (damage === 'noise') for (let i = at; i < copy.length; i += 1) copy[i] = Math.floor(Math.random() * 256);
  else copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
  return copy;
}

/** What was acknowledged when the log ended before the damage. A frame with a wrong bit in it is not whole. */
function mustBeThere(safe: readonly Safe[], damage: Damage, at: number): number[] {
  const inFrame = at < HEADER_BYTES ? at : (at - HEADER_BYTES) % FRAME_BYTES;
  const intact = damage === 'flip' ? at - inFrame : at;
  const last = safe.at(-1)?.generation;
  return safe.filter(({ logBytes, generation }) => generation !== last || logBytes <= intact).map(({ number }) => number);
}
