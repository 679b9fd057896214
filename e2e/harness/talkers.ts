import type { ScriptClient, ScriptClientOptions, ScriptEvent } from '../support/script-client.ts';
import { settles } from '../support/settles.ts';
import { befriend, type World } from '../support/world.ts';
import type { Ledger } from './ledger.ts';

const POLL_MS = 20;
/** What was sent in great numbers may take so long until it has arrived. */
export const ARRIVE_MS = 10 * 60_000;
/** Messages without an answer, each way. */
export const WINDOW = 16;

/** A user over any number of `parley chat` processes, one after the other; all they write goes into the ledger. */
export class Talker {
  readonly name: string;
  /** Sees each event, after the ledger. */
  onEvent: (event: ScriptEvent) => void = () => {};
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #options: ScriptClientOptions;
  #client: ScriptClient | undefined;
  #run = 0;
  /** Ids of what the running process was told to send and has not acknowledged. */
  #unanswered = new Set<unknown>();
  #acknowledged = 0;

  constructor(world: World, ledger: Ledger, name: string, options: ScriptClientOptions = {}) {
    this.#world = world;
    this.#ledger = ledger;
    this.name = name;
    this.#options = options;
  }

  get client(): ScriptClient {
    if (this.#client === undefined) throw new Error(`${this.name} was not started`);
    return this.#client;
  }

  /** Messages of the running process that were acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Messages of the running process without an answer. Those that a killed one had not stored never get one. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  start(): void {
    this.#run += 1;
    const run = this.#run;
    this.#unanswered = new Set();
    this.#acknowledged = 0;
    this.#client = this.#world.start(this.name, {
      ...this.#options,
      onEvent: (event) => {
        if (event.event === 'sent' && this.#unanswered.delete(event.id)) this.#acknowledged += 1;
        this.#ledger.heard(this.name, run, event);
        this.onEvent(event);
      },
    });
  }

  /** `length`: of the text. */
  say(to: string, length = 0): void {
    const command = this.#ledger.say(this.name, to, length);
    this.#unanswered.add(command.id);
    this.client.send(command);
  }

  /** As a power cut would; returns when the process is gone. */
  async kill(): Promise<void> {
    await this.client.kill();
  }
}

/** A user who has joined, started and on line. */
export async function enter(world: World, ledger: Ledger, name: string, options: ScriptClientOptions = {}): Promise<Talker> {
  await world.join(name);
  const talker = new Talker(world, ledger, name, options);
  talker.start();
  await talker.client.next('ready');
  return talker;
}

/** Pairs of users who have agreed to talk, all started. */
export async function startPairs(
  world: World,
  ledger: Ledger,
  count: number,
  options: ScriptClientOptions = {},
): Promise<[Talker, Talker][]> {
  const pairs: [Talker, Talker][] = [];
  for (let pair = 0; pair < count; pair += 1) {
    const names = [`alice${String(pair).padStart(2, '0')}`, `bob${String(pair).padStart(2, '0')}`] as const;
    const [alice, bob] = await Promise.all([enter(world, ledger, names[0], options), enter(world, ledger, names[1], options)]);
    await befriend([alice.name, alice.client], [bob.name, bob.client]);
    pairs.push([alice, bob]);
  }
  return pairs;
}

/**
 * Both of each pair keep saying something, `window` messages without an answer each at most, until the result is called. It returns
 * once nothing more will be said.
 */
export function keepTalking(pairs: readonly (readonly [Talker, Talker])[], window = WINDOW): () => Promise<void> {
  const over = new AbortController();
  const talk = async (from: Talker, to: Talker): Promise<void> => {
    while (!over.signal.aborted) {
      while (from.unanswered < window) from.say(to.name);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const all = pairs.flatMap(([alice, bob]) => [talk(alice, bob), talk(bob, alice)]);
  return async () => {
    over.abort();
    await Promise.all(all);
  };
}

/** Waits for the rest of what pairs have said, then has all of them quit; what is not as it should be. */
export async function finish(pairs: readonly (readonly [Talker, Talker])[], ledger: Ledger): Promise<string[]> {
  const talkers = pairs.flat();
  const unsettled = await settleAll(talkers, ledger);
  return [...ledger.problems, ...unsettled, ...(await quitAll(talkers))];
}

/** Waits for the rest of what was said; what is not as it should be. */
export async function settleAll(talkers: readonly Talker[], ledger: Ledger): Promise<string[]> {
  const isSettled = await settles(() => ledger.isComplete && talkers.every(({ unanswered }) => unanswered === 0));
  return isSettled ? [] : ['some messages have no answer'];
}

/** Has them quit; what is not as it should be. */
export async function quitAll(talkers: readonly Talker[]): Promise<string[]> {
  const codes = await Promise.all(talkers.map(({ client }) => client.quit()));
  return codes.every((code) => code === 0) ? [] : [`exit codes of the clients: ${codes}`];
}

/** Waits until more messages than so many were acknowledged from now on; says whether they were. */
export function getsThrough(ledger: Ledger, more: number, deadlineMs?: number): Promise<boolean> {
  const { acknowledged } = ledger;
  return settles(() => ledger.acknowledged > acknowledged + more, deadlineMs);
}

/** Waits until each of them has had an answer since; says whether they all have. */
export function goOn(talkers: readonly Talker[]): Promise<boolean> {
  const before = talkers.map(({ acknowledged }) => acknowledged);
  return settles(() => talkers.every(({ acknowledged }, index) => acknowledged > (before[index] ?? 0)));
}

/** Waits for what was sent, however much; throws when it does not come. */
export async function arrives(condition: () => boolean, what: string): Promise<void> {
  if (!(await settles(condition, ARRIVE_MS))) throw new Error(`waited ${ARRIVE_MS / 1_000} s for ${what}`);
}

/** Between `from` and `to` milliseconds, at random. */
export async function sometime(fromMs: number, toMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, fromMs + Math.random() * (toMs - fromMs)));
}

/** In another order, at random. */
export function shuffled<T>(items: readonly T[]): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}
