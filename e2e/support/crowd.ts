/**
 * Many SDK clients in one process: `node crowd.ts INVITE FOLDER FIRST COUNT MESSAGES`. Users FIRST, FIRST+1, … join and connect; it
 * prints `{"ready":COUNT}`. At the first byte on stdin each even one asks the odd one after it, both send MESSAGES messages at once,
 * and it prints `{"received":N,"problems":[…]}`. At the end of stdin all quit.
 */
import { once } from 'node:events';
import { join as joinPath } from 'node:path';
import { type ClientEvent, join, ParleyClient } from '@parley/client';
import { createVault, nodeEnvironment } from '@parley/client/node';
import { PASSPHRASE } from './process.ts';

/** A client of the crowd, with what it has seen. */
class Member {
  readonly user: string;
  readonly client: ParleyClient;
  readonly events: ClientEvent[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(user: string, client: ParleyClient) {
    this.user = user;
    this.client = client;
    client.listen((event) => {
      this.events.push(event);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  /** Waits until `count` events of this name are there. */
  async see(event: ClientEvent['event'], count = 1): Promise<void> {
    while (this.events.filter((seen) => seen.event === event).length < count) {
      await this.#changed.promise;
    }
  }
}

const [, , invite = '', folder = '', first = '0', count = '0', messages = '0'] = process.argv;
const environment = await nodeEnvironment();

async function enter(user: string): Promise<Member> {
  const vault = await createVault(joinPath(folder, `${user}.vault`), PASSPHRASE);
  await join({ environment, vault, invite, username: user });
  const client = await ParleyClient.open({ environment, vault });
  client.done.finally(() => vault.close());
  const member = new Member(user, client);
  await client.start();
  await member.see('ready');
  return member;
}

async function talk(alice: Member, bob: Member): Promise<void> {
  alice.client.request(bob.user);
  await bob.see('request');
  bob.client.accept(alice.user);
  await alice.see('accepted');
  for (let index = 0; index < Number(messages); index += 1) {
    alice.client.send(bob.user, `${alice.user} ${index}`, String(index));
    bob.client.send(alice.user, `${bob.user} ${index}`, String(index));
  }
  await Promise.all(
    [alice, bob].flatMap((member) => [member.see('message', Number(messages)), member.see('sent', Number(messages))]),
  );
}

/** What is not as it should be in what `member` has seen. */
function problems(member: Member, other: Member): string[] {
  const texts = member.events.flatMap((event) => (event.event === 'message' ? [`${event.from}: ${event.text}`] : []));
  const expected = Array.from({ length: Number(messages) }, (_, index) => `${other.user}: ${other.user} ${index}`);
  const errors = member.events.filter(({ event }) => event === 'error' || event === 'offline');
  return [
    ...(JSON.stringify(texts) === JSON.stringify(expected)
      ? []
      : [`${member.user} saw ${texts.length} messages, or in another order`]),
    ...errors.map((event) => `${member.user}: ${JSON.stringify(event)}`),
  ];
}

const ended = once(process.stdin, 'end');
const members: Member[] = [];
for (let index = 0; index < Number(count); index += 1) {
  members.push(await enter(`member${String(Number(first) + index).padStart(3, '0')}`));
}
console.log(JSON.stringify({ ready: members.length }));

await Promise.race([once(process.stdin, 'data'), ended]);
const pairs = members.flatMap((alice, index) => (index % 2 === 0 ? [[alice, members[index + 1] as Member] as const] : []));
await Promise.all(pairs.map(([alice, bob]) => talk(alice, bob)));
console.log(
  JSON.stringify({
    received: members.reduce((sum, { events }) => sum + events.filter(({ event }) => event === 'message').length, 0),
    problems: pairs.flatMap(([alice, bob]) => [...problems(alice, bob), ...problems(bob, alice)]),
  }),
);

await ended;
await Promise.all(members.map(({ client }) => client.quit()));
process.exit(0);
