import type { Change } from '../support/evil-network/change.ts';
import { type Seen, ShortSessions } from '../support/evil-network/short-session.ts';
import { everyKind, flips, streamFlips } from './enumerate-changes.ts';
import { breaches, isWhole, judge, name } from './evil-verdict.ts';
import type { Harness, Outcome } from './harness.ts';

/** These leave both ends waiting. */
const STALLING: readonly string[] = ['drop', 'swap'];
const MAX_PROBLEMS = 50;
const LOG_EACH = 2_000;

/**
 * - bitStep: every so manieth bit of each message is flipped;
 * - streamBitStep: every so manieth bit of HTTP and of the headers of frames;
 * - lanes: sessions at once, each with a server of its own.
 */
type Figures = Record<'bitStep' | 'streamBitStep' | 'lanes', number>;

/** A network that changes one thing in each of many short sessions between the real client connection and the real server. */
export const evilNetwork: Harness<Figures> = {
  what: 'a network that flips, drops, repeats, swaps, delays, reflects, cuts and splices: nothing wrong is accepted, nothing is shown',
  quick: { bitStep: 251, streamBitStep: 31, lanes: 1 },
  long: { bitStep: 1, streamBitStep: 1, lanes: 4 },

  async run({ bitStep, streamBitStep, lanes }, log): Promise<Outcome> {
    await using stack = new AsyncDisposableStack();
    const first = stack.use(await ShortSessions.start());
    const tally = new Tally(log);
    const untouched = await tally.whole(first);
    const others = [untouched.carried, (await tally.whole(first)).carried, await first.stranger()];
    for (const change of everyKind(untouched.carried, others)) await tally.change(first, change);
    for (const session of others) await tally.replay(first, session);

    const worlds = [first];
    while (worlds.length < lanes) worlds.push(stack.use(await ShortSessions.start()));
    const work = [...flips(untouched.carried, bitStep), ...streamFlips(untouched.carried, streamBitStep)].values();
    const lane = async (sessions: ShortSessions): Promise<void> => {
      for (const change of work) await tally.change(sessions, change);
      await tally.whole(sessions); // after all that they are as they were
    };
    await Promise.all(worlds.map(lane));
    return { counts: tally.counts, problems: tally.problems };
  },
};

/** Runs sessions, and counts what came of them. */
class Tally {
  readonly counts: Record<string, number> = {};
  readonly problems: string[] = [];
  readonly #log: (line: string) => void;
  #sessions = 0;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** One that nobody touches. */
  async whole(sessions: ShortSessions): Promise<Seen> {
    const seen = await sessions.run(undefined);
    const expected = sessions.expected(sessions.number);
    this.#note('untouched', breaches(seen, expected), 'untouched');
    if (!isWhole(seen, expected)) this.#note('untouched', ['it is not whole'], 'untouched');
    return seen;
  }

  async change(sessions: ShortSessions, change: Change): Promise<void> {
    const isStream = 'streamBit' in change;
    const seen = await sessions.run(change, isStream || STALLING.includes(change.does.kind));
    const expected = sessions.expected(sessions.number);
    if (!isStream) return this.#note(change.does.kind, judge(change, seen, expected), name(change));
    // Some say nothing to anybody: the case of a header's name, say.
    const what = isWhole(seen, expected) ? 'stream flip, harmless' : 'stream flip, ended';
    this.#note(what, breaches(seen, expected), name(change));
  }

  /** What a whole session had sent, once more. */
  async replay(sessions: ShortSessions, session: Seen['carried']): Promise<void> {
    const { logins, codes, answers } = await sessions.replay(session);
    const isRight = logins === 0 && answers === 1 && codes.join() === 'bad_record';
    this.#note('replay', isRight ? [] : [`${logins} logins, ${answers} answers, ${codes}`], 'a whole session');
  }

  #note(what: string, problems: readonly string[], where: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    this.#sessions += 1;
    if (this.#sessions % LOG_EACH === 0) this.#log(`${this.#sessions} sessions`);
    for (const problem of problems) {
      this.#log(`${where}: ${problem}`);
      if (this.problems.length < MAX_PROBLEMS) this.problems.push(`${where}: ${problem}`);
    }
  }
}
