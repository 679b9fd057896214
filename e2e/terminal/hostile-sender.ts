import assert from 'node:assert/strict';
import type { ScriptClient } from '../support/script-client.ts';
import type { Terminal } from '../support/terminal.ts';
import type { Shown } from './harmless.ts';
import type { HostileText } from './hostile-texts.ts';
import { stateBetweenFrames } from './state-between-frames.ts';

/**
 * Sends texts from one user to another's terminal, all at once, with marks between them, and reads there what they have become: to look
 * after each of them would take a hundred times as long. What one does to a terminal the next ones do not undo, but for those that reset
 * something: they are the first.
 */
export class HostileSender {
  readonly #from: ScriptClient;
  readonly #to: string;
  readonly #terminal: Terminal;
  #marks = 0;
  #texts: readonly HostileText[] = [];

  constructor(from: ScriptClient, to: string, terminal: Terminal) {
    this.#from = from;
    this.#to = to;
    this.#terminal = terminal;
  }

  /** Shows all of them; each with what it has become. @throws where title, clipboard, modes or cursor are not as before */
  async show(texts: readonly HostileText[]): Promise<(readonly [HostileText, Shown])[]> {
    const before = await stateBetweenFrames(this.#terminal);
    this.#texts = texts;
    this.#send(this.#nextMark());
    for (const { text } of texts) this.#send(text, this.#nextMark());
    for (const { must } of texts) if (must.includes('is refused')) await this.#from.next('error', { code: 'too_large' });
    await this.#terminal.shows(new RegExp(`<<${this.#marks}>>`));
    assert.deepEqual(await stateBetweenFrames(this.#terminal), before);
    const lines = this.find(await this.#terminal.scrollback({ joined: true }));
    const rows = this.find(await this.#terminal.scrollback());
    return texts.map((text, index) => [text, { lines: lines[index] ?? '', rows: rows[index] ?? '' }]);
  }

  /**
   * What stands between the marks of what was shown last, where it stands last on the screen.
   * @throws where one of them is gone, or is not behind the one before
   */
  find(screen: string): string[] {
    const rows = screen.split('\n');
    const firstMark = this.#marks - this.#texts.length;
    const found: string[][] = [];
    for (const row of rows.slice(rows.findLastIndex((row) => markIn(row) === firstMark))) {
      const mark = markIn(row);
      if (mark === undefined) found.at(-1)?.push(row);
      else {
        assert.equal(mark, firstMark + found.length, 'what was on the screen before is gone');
        found.push([]);
      }
    }
    assert.equal(found.length, this.#texts.length + 1, 'what was on the screen before is gone');
    return found.slice(0, -1).map((section) => section.join('\n'));
  }

  #nextMark(): string {
    this.#marks += 1;
    return `<<${this.#marks}>>`;
  }

  #send(...texts: readonly string[]): void {
    this.#from.send(...texts.map((text) => ({ do: 'send', to: this.#to, text, id: 'hostile' })));
  }
}

function markIn(row: string): number | undefined {
  const found = /<<(\d+)>>$/.exec(row);
  return found === null ? undefined : Number(found[1]);
}
