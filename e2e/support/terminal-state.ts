import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Tmux } from './tmux.ts';

/** What tmux calls the modes that a program can set. */
const MODES = [
  ...([
    'alternate_on',
    'cursor_flag',
    'mouse_any_flag',
    'keypad_flag',
    'keypad_cursor_flag',
    'insert_flag',
    'origin_flag',
  ] as const),
  ...(['wrap_flag', 'scroll_region_upper', 'scroll_region_lower'] as const),
] as const;

/** What a program may have changed about a terminal beside what is written on it. */
export interface TerminalState {
  readonly title: string;
  readonly clipboard: string | undefined;
  readonly modes: { readonly [Mode in (typeof MODES)[number]]: string };
}

export async function readState(tmux: Tmux): Promise<TerminalState> {
  const { pane_title: title, ...modes } = await tmux.values(...MODES, 'pane_title');
  return { title, clipboard: await tmux.clipboard(), modes };
}

/** What the kernel does with what is typed; all of it in a terminal that no program has changed. */
export interface LineDiscipline {
  /** Whole lines are given to the program. */
  readonly lines: boolean;
  readonly echo: boolean;
  /** Ctrl+C and Ctrl+Z are signals. */
  readonly signals: boolean;
  /** Enter, a carriage return, ends a line. */
  readonly enterEndsLine: boolean;
}

export async function readLineDiscipline(tmux: Tmux): Promise<LineDiscipline> {
  const { pane_tty } = await tmux.values('pane_tty');
  const tty = openSync(pane_tty, constants.O_RDONLY | constants.O_NOCTTY);
  try {
    const { stdout } = spawnSync('stty', ['-a'], { stdio: [tty, 'pipe', 'inherit'], encoding: 'utf8' });
    const isOn = (flag: string): boolean => new RegExp(`(?<![-\\w])${flag}\\b`).test(stdout);
    return { lines: isOn('icanon'), echo: isOn('echo'), signals: isOn('isig'), enterEndsLine: isOn('icrnl') };
  } finally {
    closeSync(tty);
  }
}
