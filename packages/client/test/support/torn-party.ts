import { fromBinary } from '@bufbuild/protobuf';
import { toHex } from '@parley/protocol';
import { ConversationState, MessageRowSchema } from '../../src/gen/rows_pb.ts';
import { Records } from '../../src/records/records.ts';
import { LossySockets } from './lossy-socket.ts';
import { MemoryVault } from './memory-vault.ts';
import type { Person, World } from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** A key update is due 50 ms after the last one (of 24 hours, give or take a quarter), and a new connection is tried at once. */
const RESTLESS = -1.5 + (2 * 50) / DAY_MS;
/** A dying client has so long to come to the write at which it dies. */
const DYING_MS = 50;
/** Until all is quiet after the last fault. */
const SETTLE_MS = 120_000;
const POLL_MS = 10;

/** Numbers that follow from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the two, over all the processes that were killed and started again. */
export class Party {
  readonly name: string;
  readonly runs: Person[] = [];
  /** What the vault holds of its own, and what it was told to send since. */
  typed: string[] = [];
  readonly #world: World;
  #lossy = new LossySockets();

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  get current(): Person {
    const person = this.runs.at(-1);
    if (person === undefined) throw new Error(`${this.name} was not started`);
    return person;
  }

  async start(vault: MemoryVault): Promise<void> {
    this.typed = [...vault.rows.values()]
      .filter(({ collection }) => collection === 'message')
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
      .map(({ value }) => fromBinary(MessageRowSchema, value))
      .filter(({ author }) => author === this.name)
      .map(({ text }) => text);
    this.#lossy = new LossySockets();
    this.runs.push(await this.#world.start(this.name, vault, { openSocket: this.#lossy.open, random: () => RESTLESS }));
  }

  say(peer: string, text: string): void {
    this.typed.push(text);
    this.current.client.send(peer, text, text);
  }

  /** What the server says from now on is lost, and then the connection. */
  async loseAnswers(): Promise<void> {
    this.#lossy.deaf = true;
    await nextTurn();
    this.#lossy.cut();
    this.#lossy.deaf = false;
  }

  /** What it sends from now on is lost, and then the connection. */
  async loseRequests(): Promise<void> {
    this.#lossy.mute();
    await nextTurn();
    this.#lossy.cut();
  }

  /** Dies at one of the next writes; what was stored before is what the next process finds. */
  async die(writes: number): Promise<void> {
    const { vault, client } = this.current;
    let left = writes;
    vault.beforeWrite = () => {
      left -= 1;
      if (left < 0) throw new Error('killed');
    };
    await Promise.race([client.done.catch(() => {}), new Promise((resolve) => setTimeout(resolve, DYING_MS))]);
    vault.beforeWrite = () => {
      throw new Error('killed');
    };
    const rows = new Map(vault.rows);
    this.#lossy.kill();
    await this.#world.bury(this.current);
    await this.start(new MemoryVault(rows));
  }

  /** Texts of all messages shown, each once by its id, in order. */
  shown(): string[] {
    const texts = new Map<string, string>();
    for (const { events } of this.runs) for (const { id, text } of events.of('message')) texts.set(id, text);
    return [...texts.values()];
  }

  /** Messages that one process has shown more than once. */
  twice(): number {
    const counts = this.runs.map(({ events }) => events.of('message').map(({ id }) => id));
    return counts.reduce((sum, ids) => sum + ids.length - new Set(ids).size, 0);
  }

  sent(): Set<string> {
    return new Set(this.runs.flatMap(({ events }) => events.of('sent').map(({ id }) => id)));
  }

  errors(): string[] {
    return this.runs.flatMap(({ events }) => events.of('error').map(({ code, message }) => `${code}: ${message}`));
  }

  /** The conversations that go on, with the epochs of their groups. */
  async conversations(): Promise<{ id: string; broken: boolean; epoch: bigint | undefined }[]> {
    const { mls } = this.#world.environment;
    const records = await Records.load(new MemoryVault(this.current.vault.rows), mls);
    return records.transact(async (transaction) => {
      const open = transaction.values(records.conversations).filter(({ state }) => state === ConversationState.OPEN);
      return Promise.all(
        open.map(async ({ id, broken }) => {
          const group = await transaction.group(toHex(id));
          return { id: toHex(id), broken, epoch: group && mls.info(group).epoch };
        }),
      );
    });
  }
}

export type Parties = readonly [Party, Party];

/** Alice and Bob, who have joined and do not know each other. */
export async function twoParties(world: World): Promise<Parties> {
  const parties = [new Party(world, 'alice'), new Party(world, 'bob')] as const;
  for (const party of parties) {
    const { client, vault } = await world.person(party.name);
    await client.quit();
    await party.start(new MemoryVault(vault.rows));
  }
  return parties;
}

/** Something goes wrong for one of them or for both; what follows from `random`. False where nothing does this time. */
export async function somethingBad(world: World, parties: Parties, random: () => number): Promise<boolean> {
  const victim = parties[random() < 0.5 ? 0 : 1];
  const fault = random();
  const writes = (): number => Math.floor(random() * 12);
  if (fault < 0.25) await victim.loseAnswers();
  else if (fault < 0.35) await victim.loseRequests();
  else if (fault < 0.55) await victim.die(writes());
  else if (fault < 0.65) await Promise.all(parties.map((party) => party.loseAnswers()));
  else if (fault < 0.7) await Promise.all(parties.map((party) => party.die(writes())));
  else if (fault < 0.75) {
    await victim.loseAnswers();
    await victim.die(writes());
  } else if (fault < 0.8) {
    await world.stopServer();
    await world.startServer();
  } else return false;
  return true;
}

/** Waits until `condition` holds, a minute or two at most. */
export async function settles(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + SETTLE_MS; !(await condition()); ) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

/** Empty where both are in one conversation and its groups in the same epoch. */
export async function apart(parties: Parties): Promise<string[]> {
  const [ours = [], theirs = []] = await Promise.all(parties.map((party) => party.conversations()));
  const isOne = ours.length === 1 && inWords(ours) === inWords(theirs);
  return isOne ? [] : [`not one group in one epoch: ${inWords(ours)}, ${inWords(theirs)}`];
}

function inWords(conversations: Awaited<ReturnType<Party['conversations']>>): string {
  return JSON.stringify(conversations, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
