import type { Terminal } from '../support/terminal.ts';
import type { TerminalState } from '../support/terminal-state.ts';

/** The screen may hide the cursor while it draws a frame. Where it stays hidden, the state says so. */
export async function stateBetweenFrames(terminal: Terminal): Promise<TerminalState> {
  let state = await terminal.state();
  const isVisible = terminal.until('the cursor to be visible', async () => {
    state = await terminal.state();
    return state.modes.cursor_flag === '1';
  });
  await isVisible.catch(() => {});
  return state;
}
