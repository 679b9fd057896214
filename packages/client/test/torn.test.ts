import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { toHex } from '@parley/protocol';
import { ConversationState, MessageRowSchema } from '../src/gen/rows_pb.ts';
import { Records } from '../src/records/records.ts';
import { LossySockets } from './support/lossy-socket.ts';
import { MemoryVault } from './support/memory-vault.ts';
import { type Person, World } from './support/world.ts';

/** Two people talk while connections are cut, answers are lost and clients die in the middle of what they store. */

const MESSAGES = 600;
const CHUNK = 25;
/** A key update is due 0.4 s after the last one, and a new connection is tried at once. */
const RESTLESS = -1.49999;

/** Numbers that follow from a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the two, over all the processes that were killed and started again. */
class Party {
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
    assert.ok(person !== undefined);
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
    await new Promise((resolve) => setImmediate(resolve));
    this.#lossy.cut();
    this.#lossy.deaf = false;
  }

  /** Dies at one of the next writes; what was stored before is what the next process finds. */
  async die(writes: number): Promise<void> {
    const { vault, client } = this.current;
    let left = writes;
    vault.beforeWrite = () => {
      left -= 1;
      if (left < 0) throw new Error('killed');
    };
    await Promise.race([client.done.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 50))]);
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

for (const seed of [1, 2, 3]) {
  test(`loses nothing and shows nothing twice over lost answers, races of commits and deaths (seed ${seed})`, async () => {
    const random = seeded(seed);
    await using world = await World.create();
    const { alice, bob } = await world.pair();
    const parties = [new Party(world, 'alice'), new Party(world, 'bob')] as const;
    for (const [index, { client, vault }] of [alice, bob].entries()) {
      await client.quit();
      await parties[index]?.start(new MemoryVault(vault.rows));
    }
    const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `number ${i}`);
    for (let from = 0; from < MESSAGES; from += CHUNK) {
      for (const party of parties) {
        const peer = party === parties[0] ? 'bob' : 'alice';
        for (const text of names(from + CHUNK).slice(party.typed.length)) party.say(peer, text);
      }
      const victim = parties[random() < 0.5 ? 0 : 1];
      const fault = random();
      if (fault < 0.3) await victim.loseAnswers();
      else if (fault < 0.5) await victim.die(Math.floor(random() * 12));
      else if (fault < 0.6) await Promise.all(parties.map((party) => party.loseAnswers()));
    }
    // What was typed and had not reached the vault is the user's to say again.
    for (const [index, party] of parties.entries()) {
      for (const text of names(MESSAGES).slice(party.typed.length)) party.say(index === 0 ? 'bob' : 'alice', text);
      await party.current.client.flush();
    }
    for (const [index, party] of parties.entries()) {
      const other = parties[1 - index]!;
      while (party.shown().length < MESSAGES) await party.current.events.next('message');
      assert.deepEqual(party.shown(), names(MESSAGES), 'all, in order, each once');
      assert.deepEqual(party.errors(), []);
      assert.equal(other.sent().size, MESSAGES);
    }
    const [ours, theirs] = await Promise.all(parties.map((party) => party.conversations()));
    assert.deepEqual(ours, theirs, 'one group, in the same epoch');
    assert.ok((ours?.[0]?.epoch ?? 0n) > 1n, 'keys were updated meanwhile');
  });
}
