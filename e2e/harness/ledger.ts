import type { ScriptEvent } from '../support/script-client.ts';

/** How many problems of one kind are spelled out. */
const SPELLED_OUT = 5;

/** One direction between two users. */
interface Line {
  readonly from: string;
  readonly to: string;
  /** Numbers of the messages that the sender's program was given, in order. */
  said: number;
  readonly acknowledged: Set<number>;
  /** Numbers in the order in which they were shown; a message by its id once. */
  readonly shown: number[];
  /** By id of the message: who shows one twice from one process is wrong, a later process may repeat what it cannot know was seen. */
  readonly runsById: Map<unknown, number>;
}

/**
 * Keeps account of what programs were told to say, what they were told is safe (`sent`), and what the others have shown, over any
 * number of processes that were killed. Texts are numbers: the sender's first message to a user is 0.
 */
export class Ledger {
  readonly #lines = new Map<string, Line>();
  readonly #problems: string[] = [];
  #repeated = 0;
  #errors = 0;
  /** Error codes that are no problem in this run. */
  readonly #allowed: ReadonlySet<unknown>;

  constructor(options: { allowedErrors?: readonly string[] } = {}) {
    this.#allowed = new Set(options.allowedErrors);
  }

  /** The next command for the sender's program; its text is filled up with spaces to `length`. */
  say(from: string, to: string, length = 0): { do: 'send'; to: string; text: string; id: string } {
    const line = this.#line(from, to);
    const number = String(line.said);
    line.said += 1;
    return { do: 'send', to, text: number.padEnd(length), id: `${to}/${number}` };
  }

  /** What process number `run` of `user` wrote. */
  heard(user: string, run: number, event: ScriptEvent): void {
    if (event.event === 'sent') this.#acknowledged(user, String(event.id));
    else if (event.event === 'message') this.#shown(user, run, event);
    else if (event.event === 'error') {
      this.#errors += 1;
      if (!this.#allowed.has(event.code)) this.#problem(`${user}: ${JSON.stringify(event)}`);
    }
  }

  get acknowledged(): number {
    return this.#sum((line) => line.acknowledged.size);
  }

  get shown(): number {
    return this.#sum((line) => line.shown.length);
  }

  get counts() {
    return {
      said: this.#sum((line) => line.said),
      acknowledged: this.acknowledged,
      shown: this.shown,
      'acknowledged and not shown': this.#sum((line) => this.#missing(line).length),
      'shown twice': this.#sum((line) => line.shown.length - new Set(line.shown).size),
      'shown out of order': this.#sum((line) => outOfOrder(line)),
      'printed again by a later process, same id': this.#repeated,
      errors: this.#errors,
    };
  }

  /** How many messages of one user another was shown. */
  shownOf(from: string, to: string): number {
    return this.#line(from, to).shown.length;
  }

  acknowledgedOf(from: string, to: string): number {
    return this.#line(from, to).acknowledged.size;
  }

  /** Whether everything acknowledged was shown. */
  get isComplete(): boolean {
    return [...this.#lines.values()].every((line) => this.#missing(line).length === 0);
  }

  get problems(): string[] {
    const found = [...this.#problems];
    for (const line of this.#lines.values()) {
      const name = `${line.from} to ${line.to}`;
      const missing = this.#missing(line);
      if (missing.length > 0)
        found.push(`${name}: acknowledged and not shown: ${missing.slice(0, SPELLED_OUT)} (${missing.length})`);
      const seen = new Set<number>();
      const twice = line.shown.filter((number) => seen.has(number) || !seen.add(number));
      if (twice.length > 0) found.push(`${name}: shown twice: ${twice.slice(0, SPELLED_OUT)} (${twice.length})`);
      if (outOfOrder(line) > 0) found.push(`${name}: ${outOfOrder(line)} shown out of order`);
    }
    return found;
  }

  #line(from: string, to: string): Line {
    const key = `${from}/${to}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { from, to, said: 0, acknowledged: new Set(), shown: [], runsById: new Map() };
      this.#lines.set(key, line);
    }
    return line;
  }

  #acknowledged(user: string, id: string): void {
    const [to = '', number] = id.split('/');
    this.#line(user, to).acknowledged.add(Number(number));
  }

  #shown(user: string, run: number, { from, text, id }: ScriptEvent): void {
    const line = this.#line(String(from), user);
    const number = Number(text);
    if (!(number < line.said)) this.#problem(`${user} shows what ${from} has never said: ${JSON.stringify(text)}`);
    const before = line.runsById.get(id);
    line.runsById.set(id, run);
    if (before === undefined) line.shown.push(number);
    else if (before === run) this.#problem(`${user} shows message ${number} of ${from} twice from one process`);
    else this.#repeated += 1;
  }

  #missing(line: Line): number[] {
    const shown = new Set(line.shown);
    return [...line.acknowledged].filter((number) => !shown.has(number));
  }

  #problem(text: string): void {
    this.#problems.push(text);
  }

  #sum(count: (line: Line) => number): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + count(line), 0);
  }
}

function outOfOrder({ shown }: Line): number {
  return shown.filter((number, index) => number < (shown[index - 1] ?? -1)).length;
}
