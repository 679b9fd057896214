import { apart, type Parties, type Party, seeded, settles, somethingBad, twoParties } from './torn-party.ts';
import { World } from './world.ts';

/** Messages that each says between two faults. */
const CHUNK = 10;

/** What became of two people who talked while everything went wrong; `problems` is empty where all is as it should be. */
export interface TornTalk {
  readonly faults: number;
  readonly deaths: number;
  /** Of the group that both are in. */
  readonly epoch: bigint;
  readonly problems: readonly string[];
}

/**
 * Two people say so many messages to each other while answers and requests are lost, connections cut, both commit new keys at once,
 * clients die in the middle of what they store, and the server starts anew. What goes wrong follows from the seed; when exactly, from
 * how fast the machine is.
 */
export async function tornTalk(seed: number, messages: number): Promise<TornTalk> {
  const random = seeded(seed);
  await using world = await World.create();
  const parties = await twoParties(world);
  await world.introduce(parties[0].current, parties[1].current);
  let faults = 0;
  for (let from = 0; from < messages; from += CHUNK) {
    sayUpTo(parties, Math.min(messages, from + CHUNK));
    if (await somethingBad(world, parties, random)) faults += 1;
  }
  // What was typed and had not reached the vault is the user's to say again.
  sayUpTo(parties, messages);
  await settles(() => parties.every((party) => party.shown().length >= messages && party.sent().size >= messages));
  const problems = parties.flatMap((party) => problemsOf(party, messages));
  if (problems.length === 0) await Promise.all(parties.map(({ current }) => current.client.flush()));
  problems.push(...(await apart(parties)));
  const [conversation] = await parties[0].conversations();
  return { faults, deaths: deathsOf(parties), epoch: conversation?.epoch ?? 0n, problems };
}

export function deathsOf(parties: Parties): number {
  return parties.reduce((sum, { runs }) => sum + runs.length - 1, 0);
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `number ${i}`);
}

function sayUpTo(parties: Parties, count: number): void {
  for (const party of parties) {
    const peer = party === parties[0] ? 'bob' : 'alice';
    for (const text of names(count).slice(party.typed.length)) party.say(peer, text);
  }
}

/** What is not as it should be in what a party was shown and told. */
function problemsOf(party: Party, messages: number): string[] {
  const { name } = party;
  const shown = party.shown();
  const expected = names(messages);
  const wrong = expected.findIndex((text, index) => shown[index] !== text);
  return [
    ...(wrong === -1 ? [] : [`${name} shows ${JSON.stringify(shown[wrong])} in the place of ${expected[wrong]}`]),
    ...(shown.length > messages ? [`${name} shows ${shown.length} messages`] : []),
    ...(party.twice() === 0 ? [] : [`${name} shows ${party.twice()} messages twice from one process`]),
    ...(party.sent().size === messages ? [] : [`${name} has ${party.sent().size} of ${messages} answers`]),
    ...party.errors().map((error) => `${name}: ${error}`),
  ];
}
