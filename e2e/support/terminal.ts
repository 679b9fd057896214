import { setTimeout as delay } from 'node:timers/promises';
import { environment, type RunOptions, within } from './process.ts';
import { framed, trimmed } from './screen-text.ts';
import { type LineDiscipline, readLineDiscipline, readState, type TerminalState } from './terminal-state.ts';
import { Tmux } from './tmux.ts';

const POLL_MS = 30;
/** tmux refuses commands of more than 16 KB; what is typed goes in pieces. */
const TYPED_AT_ONCE = 1_000;
/** Anything else tmux would take for text, and type its letters. */
const KEY = /^([CMS]-)*(Enter|Escape|Tab|BTab|Space|BSpace|Up|Down|Left|Right|Home|End|PageUp|PageDown|IC|DC|F\d{1,2}|[!-~])$/;
/** Of our own environment only these reach the program: NO_COLOR, CI, TERM_PROGRAM and their like change what it draws. */
const INHERITED = ['PATH', 'HOME', 'USER', 'TMPDIR', 'TZ'];
const PROMPT = '$ ';

export interface TerminalOptions {
  readonly command: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /** `TERM` says what terminal the program believes it has; what it gets is that of tmux. */
  readonly env?: RunOptions['env'];
  /** An interactive `sh` runs the command: what Ctrl+Z and `fg` do, and what is left of the terminal when it has ended. */
  readonly shell?: boolean;
}

/** A program on a real terminal, and somebody who types there and looks at it. */
export class Terminal implements AsyncDisposable {
  readonly #tmux: Tmux;

  private constructor(tmux: Tmux) {
    this.#tmux = tmux;
  }

  static async start(options: TerminalOptions): Promise<Terminal> {
    const { command, columns = 80, rows = 24, cwd = process.cwd(), shell = false } = options;
    const inherited = Object.entries(environment()).filter(([name]) => INHERITED.includes(name));
    const { TERM: term = 'tmux-256color', ...env } = { ...Object.fromEntries(inherited), LC_ALL: 'C.UTF-8', ...options.env };
    const tmux = await Tmux.start({
      columns,
      rows,
      term,
      cwd,
      command: shell ? ['sh'] : command,
      env: shell ? { ...env, PS1: PROMPT, COMMAND: command.map(quoted).join(' ') } : env,
    });
    const terminal = new Terminal(tmux);
    if (shell) {
      await terminal.shows(/^\$$/m);
      await terminal.type('eval "$COMMAND"');
      await terminal.key('Enter');
    }
    return terminal;
  }

  /** Types this, character by character. Line breaks are keys. */
  async type(text: string): Promise<void> {
    if (/[\r\n]/.test(text)) throw new Error("a line break is typed with key('Enter')");
    const characters = [...text];
    for (let at = 0; at < characters.length; at += TYPED_AT_ONCE) {
      await this.#tmux.run('send-keys', '-l', '--', characters.slice(at, at + TYPED_AT_ONCE).join(''));
    }
  }

  /**
   * Presses keys by tmux's names: `Enter`, `Up`, `PageUp`, `C-z`, `M-1` (Alt+1), `S-Tab`, … `S-Enter` and `C-Enter` are keys of their own
   * only to a program that has asked for them with `CSI > 4 ; 1 m`: to others tmux types the name.
   */
  async key(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (!KEY.test(name)) throw new Error(`no such key: ${name}`);
      await this.#tmux.run('send-keys', name === 'S-Tab' ? 'BTab' : name);
    }
  }

  /** Pastes, bracketed where the program has asked for that. As in every terminal, line feeds come as carriage returns. */
  async paste(text: string): Promise<void> {
    await this.#tmux.write(text, 'as a paste');
  }

  /** Gives the program exactly these characters, as another terminal might. */
  async send(characters: string): Promise<void> {
    await this.#tmux.write(characters, 'as it is');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux.run('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Looks at the terminal, or elsewhere; a program that has asked is told. */
  async focus(isFocused: boolean): Promise<void> {
    // Elsewhere is another window of the same terminal.
    if (isFocused) await this.#tmux.run('kill-window', '-a');
    else await this.#tmux.run('new-window', '-a', 'env', 'cat');
  }

  /** What is to be seen now. */
  async screen(): Promise<string> {
    return trimmed(await this.#tmux.run('capture-pane', '-p'));
  }

  /** The same with what has scrolled away above it. `joined`: lines that the terminal has wrapped are one. */
  async scrollback({ joined = false } = {}): Promise<string> {
    return trimmed(await this.#tmux.run('capture-pane', '-p', '-S', '-', ...(joined ? ['-J'] : [])));
  }

  /** The screen with the escape sequences that style it. */
  async styled(): Promise<string> {
    return trimmed(await this.#tmux.run('capture-pane', '-p', '-e'));
  }

  async cursor(): Promise<{ column: number; row: number; isVisible: boolean }> {
    const { cursor_x, cursor_y, cursor_flag } = await this.#tmux.values('cursor_x', 'cursor_y', 'cursor_flag');
    return { column: Number(cursor_x), row: Number(cursor_y), isVisible: cursor_flag === '1' };
  }

  async title(): Promise<string> {
    return (await this.#tmux.values('pane_title')).pane_title;
  }

  /** What a program has put on the clipboard last, with OSC 52. */
  async clipboard(): Promise<string | undefined> {
    return this.#tmux.clipboard();
  }

  async isAlternateScreen(): Promise<boolean> {
    return (await this.#tmux.values('alternate_on')).alternate_on === '1';
  }

  /** How often the bell has rung; several at once count as one. */
  async bells(): Promise<number> {
    return Number((await this.#tmux.values('@bells'))['@bells']);
  }

  /** Title, clipboard and modes; two of them are equal where a program has left the terminal as it was. */
  async state(): Promise<TerminalState> {
    return readState(this.#tmux);
  }

  async lineDiscipline(): Promise<LineDiscipline> {
    return readLineDiscipline(this.#tmux);
  }

  /** Waits until the screen matches; the screen. Fails at once where the program has ended and it does not. */
  async shows(pattern: RegExp): Promise<string> {
    return this.#look(`the screen to match ${pattern}`, (screen) => pattern.test(screen));
  }

  /** Waits until the screen does not match; the screen. */
  async showsNot(pattern: RegExp): Promise<string> {
    return this.#look(`the screen not to match ${pattern}`, (screen) => !pattern.test(screen));
  }

  /** Waits until something is so. */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    let isOver = false;
    const wait = async (): Promise<void> => {
      while (!isOver && !(await isSo())) await delay(POLL_MS);
    };
    try {
      await within(wait(), what);
    } catch (error) {
      throw new Error(`${(error as Error).message}; the screen:\n${framed(await this.screen())}`, { cause: error });
    } finally {
      isOver = true;
    }
  }

  /** The exit code, once the program has ended; the signal that ended it where there is none. With `shell`, that of the shell. */
  async ended(): Promise<number | string> {
    await this.until('the program to end', async () => (await this.#tmux.end()) !== undefined);
    return (await this.#tmux.end()) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux[Symbol.asyncDispose]();
  }

  async #look(what: string, isRight: (screen: string) => boolean): Promise<string> {
    let screen = '';
    await this.until(what, async () => {
      const look = await this.#tmux.look();
      screen = trimmed(look.screen);
      if (isRight(screen)) return true;
      if (look.isLast) throw new Error(`the program has ended; waited for ${what}`);
      return false;
    });
    return screen;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
