import assert from 'node:assert/strict';
import type { ScriptClient } from '../support/script-client.ts';
import type { Terminal } from '../support/terminal.ts';
import type { TerminalState } from '../support/terminal-state.ts';
import { HOSTILE_TEXTS, type HostileText, type Property, VICTIM } from './hostile-texts.ts';

/** What a message has become on a terminal. */
export interface Shown {
  /** Lines as the program has written them, and rows as the terminal shows them: a long line is several rows. */
  readonly lines: string;
  readonly rows: string;
}

/**
 * Of no message may anything be left that a terminal obeys, that turns what is read, or that cannot be seen. The two joiners may:
 * scripts and emoji need them.
 */
const UNSEEN = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const LINE_OF_ANOTHER = new RegExp(`^(\\d\\d:\\d\\d )?${VICTIM}\\b`, 'm');
/** Characters of an error that are told: a text may be long. */
const MAX_PROBLEM = 1_000;
const PILED_MARKS = /\p{M}{9}/u;

const CHECKS: Readonly<Record<Property, (shown: Shown, text: string) => void>> = {
  'claims no line': ({ lines }) => assert.doesNotMatch(lines, LINE_OF_ANOTHER),
  'claims no row': ({ rows }) => assert.doesNotMatch(rows, LINE_OF_ANOTHER),
  'piles nothing': ({ lines }) => assert.doesNotMatch(lines, PILED_MARKS),
  'is readable': ({ lines }, text) => assert.ok(lines.includes(text), `${text} is not in ${lines}`),
  'is seen': ({ lines }) => assert.match(lines, /\S/),
  'is refused': ({ lines }) => assert.equal(lines, ''),
};

/** Checks what must hold of each message, and what must of this one, unless it is in `except`. */
function assertHarmless({ text, must }: HostileText, shown: Shown, except: readonly Property[]): void {
  assert.doesNotMatch(shown.lines, UNSEEN);
  for (const property of must) if (!except.includes(property)) CHECKS[property](shown, text);
}

/** Sends texts from one user to another's terminal, one at a time, and reads there what they have become. */
export class HostileSender {
  readonly #from: ScriptClient;
  readonly #to: string;
  readonly #terminal: Terminal;
  #sent = 0;
  #state: TerminalState | undefined;

  constructor(from: ScriptClient, to: string, terminal: Terminal) {
    this.#from = from;
    this.#to = to;
    this.#terminal = terminal;
  }

  /** Shows all of them. @throws for those that are not harmless, or do not pass `check`, each with its name */
  async showAll(except: readonly Property[], check: (shown: Shown) => void): Promise<void> {
    const problems: string[] = [];
    for (const hostile of HOSTILE_TEXTS) {
      try {
        const shown = await this.#show(hostile);
        assertHarmless(hostile, shown, except);
        check(shown);
      } catch (error) {
        problems.push(`${hostile.name}: ${(error as Error).message.slice(0, MAX_PROBLEM)}`);
        if (!(error instanceof assert.AssertionError)) break; // nothing is shown any more
      }
    }
    if (problems.length > 0) throw new Error(problems.join('\n\n'));
  }

  /** Between this text and the one before stands a mark on the screen. @throws where title, clipboard or modes are not as before */
  async #show({ text, must }: HostileText): Promise<Shown> {
    if (this.#sent === 0) await this.#mark();
    const before = this.#state ?? (await this.#terminal.state());
    this.#from.send({ do: 'send', to: this.#to, text, id: 'hostile' });
    if (must.includes('is refused')) await this.#from.next('error', { code: 'too_large' });
    await this.#mark();
    this.#state = await this.#terminal.state();
    assert.deepEqual(this.#state, before);
    return { lines: await this.#section(true), rows: await this.#section(false) };
  }

  async #mark(): Promise<void> {
    this.#sent += 1;
    this.#from.send({ do: 'send', to: this.#to, text: mark(this.#sent), id: 'mark' });
    await this.#terminal.shows(new RegExp(mark(this.#sent)));
  }

  /** What stands between the lines of the last two marks. */
  async #section(joined: boolean): Promise<string> {
    const lines = (await this.#terminal.scrollback({ joined })).split('\n');
    const at = (one: string): number => lines.findLastIndex((line) => line.includes(one));
    const [from, to] = [at(mark(this.#sent - 1)), at(mark(this.#sent))];
    assert.ok(from >= 0, 'what was on the screen before is gone');
    return lines.slice(from + 1, to).join('\n');
  }
}

function mark(count: number): string {
  return `<<${count}>>`;
}
