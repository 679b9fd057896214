import assert from 'node:assert/strict';
import type { Holder, MadeMessage } from './holder.ts';
import type { Verdict } from './reference.ts';
import { current, type Member, type Scene } from './scene.ts';
import { flipped, relabelled } from './tampering.ts';

/** So many of the newest messages are still on the way. */
const ON_THE_WAY = 80;
/** Messages of a burst; so many of them arrive, beside those at the limits. */
const BURST = 2_050;
const OF_A_BURST = 12;

export async function send(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  if (member === undefined) return;
  scene.messages.push(await say(scene, current(member)));
}

function say(scene: Scene, holder: Holder): Promise<MadeMessage> {
  scene.counts.messages += 1;
  return holder.send(`number ${scene.counts.messages} ${'x'.repeat(scene.below(300))}`, scene.bytes(16));
}

/** Some message to some device: in any order, early, late, again, of another group, or one's own. */
export async function receive(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  if (member === undefined) return;
  const onTheWay = scene.messages.slice(-ON_THE_WAY);
  const news = onTheWay.filter(({ author, readBy, group }) => {
    const isFor = author !== member.device && !readBy.has(member.name);
    return isFor && member.holders.some(({ reference }) => reference.group === group);
  });
  const message = scene.pick(scene.random() < 0.7 ? news : onTheWay);
  if (message === undefined) return;
  const holder = member.holders.find(({ reference }) => reference.group === message.group) ?? current(member);
  const verdict = count(scene, await holder.receive(message));
  // The key is gone with the message.
  if (verdict === 'opens') count(scene, await holder.receive(message, message.bytes, ['cannot_decrypt']));
}

/** One or more commit at once; the first one counts, and its author may hear of that later. */
export async function commit(scene: Scene): Promise<void> {
  const holders = scene.awake().map(current);
  const first = scene.pick(holders.filter((holder) => holder.pending === undefined && scene.isUpToDate(holder)));
  if (first === undefined) return;
  const rivals = holders.filter((holder) => holder !== first && holder.pending === undefined && scene.isUpToDate(holder));
  const room = scene.roomOf(first);
  const losers = rivals.filter(({ reference }) => reference.group === room.group && scene.random() < 0.3).slice(0, 2);
  const made = await first.commit();
  for (const loser of losers) await loser.commit();
  room.commits.push(made);
  scene.counts.commits += 1;
  scene.counts['commits that lost'] += losers.length;
  if (scene.random() < 0.5) first.install();
}

/** The next commit to some device, which installs its own; sometimes any other commit, which leads nowhere. */
export async function follow(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  if (member === undefined) return;
  const holder = current(member);
  const { commits } = scene.roomOf(holder);
  const next = commits[holder.reference.epoch - 1];
  if (next === undefined || scene.random() < 0.15) {
    const any = scene.pick(scene.rooms.flatMap((room) => room.commits));
    if (any !== undefined && any !== next) count(scene, await holder.follow(any));
    return;
  }
  if (member.stuckAt === holder.reference.epoch) return;
  const verdict = count(scene, await holder.follow(next));
  if (verdict === 'refused') {
    assert.equal(holder.pending?.made, next, 'refused, and not its own');
    holder.install();
  }
}

/** A commit that gets lost: what comes after it leads nowhere, until there is another group. */
export async function lose(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  if (member === undefined || current(member).pending !== undefined) return;
  member.stuckAt = current(member).reference.epoch;
}

export async function restart(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  for (const holder of member?.holders ?? []) holder.restart(scene.mls());
}

/** Somebody is away for a while, and falls behind. */
export async function fallAsleep(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  if (member !== undefined) member.isAwake = false;
}

export async function wakeUp(scene: Scene): Promise<void> {
  const member = scene.pick(scene.members.filter(({ isAwake }) => !isAwake));
  if (member !== undefined) member.isAwake = true;
}

/** Another group, of two or more of the devices; the rest of them stay in the old one. */
export async function replace(scene: Scene): Promise<void> {
  const chosen = scene.shuffled(scene.members).slice(0, 2 + scene.below(scene.members.length - 1));
  await scene.makeGroup(chosen);
}

export async function join(scene: Scene): Promise<void> {
  const member = scene.pick(scene.members.filter(({ invitation }) => invitation !== undefined));
  if (member !== undefined) await scene.join(member);
}

/** One byte of a message or a commit changed. */
export async function flip(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  const made = scene.pick([...scene.messages.slice(-ON_THE_WAY), ...scene.rooms.flatMap(({ commits }) => commits).slice(-20)]);
  // One's own commit is refused as such before all of it was looked at.
  if (member === undefined || made === undefined || made.author === member.device) return;
  const holder = current(member);
  // What comes before the ciphertext is a small part of it, and each byte of it has a meaning of its own.
  const offset = scene.below(scene.random() < 0.6 ? 80 : made.bytes.length);
  const { bytes, allowed } = flipped(made, offset, 1 + scene.below(255), holder.reference);
  await give(scene, holder, made.kind, made, bytes, allowed);
}

/** A message for a commit, a commit for a message, and what others say in one's own group's name. */
export async function confuse(scene: Scene): Promise<void> {
  const member = scene.pick(scene.awake());
  const made = scene.pick([...scene.messages.slice(-ON_THE_WAY), ...scene.rooms.flatMap(({ commits }) => commits).slice(-20)]);
  if (member === undefined || made === undefined) return;
  const holder = current(member);
  if (made.kind === 'message') count(scene, await holder.follow(made));
  else count(scene, await holder.receive(made));
  const { group, epoch } = made;
  if (group === holder.reference.group && epoch === holder.reference.epoch) return;
  const { bytes, allowed } = relabelled(made, holder.reference);
  await give(scene, holder, made.kind, made, bytes, allowed);
}

async function give(
  scene: Scene,
  holder: Holder,
  kind: 'message' | 'commit',
  ...[made, bytes, allowed]: Parameters<Holder['receive']>
): Promise<void> {
  count(scene, await (kind === 'message' ? holder.receive(made, bytes, allowed) : holder.follow(made, bytes, allowed)));
}

/** So many messages of one device that the limits of what may be skipped are passed; a few of them arrive. */
export async function burst(scene: Scene): Promise<void> {
  const [sender, receiver] = scene.pick(pairsInTouch(scene)) ?? [];
  if (sender === undefined || receiver === undefined) return;
  const { epoch, leaf } = sender.reference;
  const next = receiver.reference.next(epoch, leaf);
  const all: MadeMessage[] = [];
  while (all.length < BURST) all.push(await say(scene, sender));
  // Too far ahead; just not too far; the oldest key that is kept then, and the one before it; and any others.
  const limits = [2_001, 2_000, 1_000, 999].map((ahead) => next + ahead);
  const others = Array.from({ length: OF_A_BURST }, () => next + scene.below(BURST));
  for (const generation of [...limits, ...others]) {
    const message = all.find((made) => made.generation === generation);
    if (message === undefined) continue;
    scene.messages.push(message);
    count(scene, await receiver.receive(message));
  }
  scene.counts.bursts += 1;
}

/** Two of one group, of which the second one knows the epoch of the first. */
function pairsInTouch(scene: Scene): [Holder, Holder][] {
  const holders = scene.members.flatMap((member) => member.holders.slice(-1));
  return holders.flatMap((sender) =>
    holders
      .filter(({ reference }) => reference.group === sender.reference.group && reference.knows(sender.reference.epoch))
      .filter((receiver) => receiver !== sender)
      .map((receiver): [Holder, Holder] => [sender, receiver]),
  );
}

export function count(scene: Scene, verdict: Verdict): Verdict {
  scene.verdicts[verdict] = (scene.verdicts[verdict] ?? 0) + 1;
  return verdict;
}

/** For the end: everything to everybody. */
export async function receiveAll(scene: Scene, members: readonly Member[]): Promise<void> {
  for (const holder of members.flatMap(({ holders }) => holders)) {
    for (const message of scene.shuffled(scene.messages)) count(scene, await holder.receive(message));
  }
}
