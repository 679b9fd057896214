import { apart, type Parties, seeded, settles, somethingBad, twoParties } from './torn-party.ts';
import { deathsOf, type TornTalk } from './torn-talk.ts';
import { type Person, World } from './world.ts';

/** Faults while two people try to agree. */
const FAULTS = 8;
/** What a user may be told who asks or answers again because nobody knows what has become of it. */
const HARMLESS = new Set(['already_answered', 'unknown_request']);

/**
 * Two people ask each other, both at once or one of them, and accept whatever they are asked, while answers and requests are lost,
 * clients die and the server starts anew. Whoever has died asks again. In the end they can talk, in one group.
 */
export async function tornConsent(seed: number): Promise<TornTalk> {
  const random = seeded(seed);
  await using world = await World.create();
  const parties = await twoParties(world);
  const answering = new Set<Person>();
  const isEager = [true, random() < 0.5];
  const ask = (): void => {
    for (const [index, { current }] of parties.entries()) {
      if (!answering.has(current)) acceptAll(current);
      answering.add(current);
      if (isEager[index]) current.client.request(index === 0 ? 'bob' : 'alice');
    }
  };
  let faults = 0;
  for (let count = 0; count < FAULTS; count += 1) {
    ask();
    if (await somethingBad(world, parties, random)) faults += 1;
    if (random() < 0.3) await Promise.all(parties.map(({ current }) => current.client.flush()));
  }
  ask();
  const problems: string[] = [];
  if (!(await settles(async () => (await apart(parties)).length === 0))) problems.push(...(await apart(parties)));
  else problems.push(...(await cannotTalk(parties)));
  const errors = parties.flatMap(({ name, runs }) =>
    runs.flatMap(({ events }) => events.of('error').map((error) => ({ name, ...error }))),
  );
  for (const { name, code, message } of errors) if (!HARMLESS.has(code)) problems.push(`${name}: ${code}: ${message}`);
  return { faults, deaths: deathsOf(parties), epoch: 1n, problems };
}

function acceptAll({ client, events }: Person): void {
  for (const { from } of events.of('request')) client.accept(from);
  client.listen((event) => {
    if (event.event === 'request') client.accept(event.from);
  });
}

/** Each says something: empty where the other is shown it, once. */
async function cannotTalk([alice, bob]: Parties): Promise<string[]> {
  alice.say('bob', 'hello bob');
  bob.say('alice', 'hello alice');
  await settles(() => alice.shown().length > 0 && bob.shown().length > 0);
  const shown = [alice.shown(), bob.shown()];
  return JSON.stringify(shown) === JSON.stringify([['hello alice'], ['hello bob']]) ? [] : [`shown: ${JSON.stringify(shown)}`];
}
