import type { ChatModel } from '@parley/client';
import { render } from 'ink';
import { rowsAdded } from './reflow.ts';
import { Screen } from './screen.tsx';
import { ScreenModel } from './screen-model.ts';
import { AS_BEFORE, readableByInk, TELL_KEYS_APART } from './stdin.ts';

/** Events are drawn together that come within so long; a key is drawn at once. */
const FRAME_MS = 16;
/** Home, and erase from there on: the scrollback stays. */
const CLEAR_SCREEN = '\u001b[H\u001b[J';
const BELL = '\u0007';
/** What a terminal has that does not say it, such as one on a serial line. */
const USUAL = { columns: 80, rows: 24 };
/** When they become narrower; xterm alone cuts. */
const BREAKS_ROWS = process.env.XTERM_VERSION === undefined;

/** Draws the full terminal client while `run` runs the client; the terminal is then as it was before. */
export async function runScreen(model: ChatModel, run: () => Promise<void>): Promise<void> {
  const { stdout } = process;
  const size = () => ({ columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows });
  let suspend = (): void => {};
  const screen = new ScreenModel(
    model,
    {
      ring: () => stdout.write(BELL),
      clear: () => {
        instance.clear();
        stdout.write(CLEAR_SCREEN);
      },
      suspend: () => suspend(),
      monotonic: () => performance.now(),
      later: (callback) => void setTimeout(callback, FRAME_MS),
    },
    size(),
  );
  const onResize = (): void => {
    const added = rowsAdded(screen.frame.live, size().columns);
    // Ink, which is told after this, erases upwards from the cursor as many rows as it has drawn.
    if (added > 0 && BREAKS_ROWS) stdout.write(`\u001b[${added}A`);
    screen.resize(size());
  };
  stdout.on('resize', onResize);
  const onSuspender = (suspender: () => void): void => {
    suspend = suspender;
  };
  const instance = render(<Screen screen={screen} onSuspender={onSuspender} />, {
    stdin: readableByInk(process.stdin),
    exitOnCtrlC: false,
    // On a terminal it is interactive, whatever CI says.
    interactive: true,
    kittyKeyboard: { mode: 'auto' },
  });
  // Also where something throws that nobody catches; the rest Ink sees to.
  const restoreKeys = (): void => void stdout.write(AS_BEFORE);
  process.once('exit', restoreKeys);
  stdout.write(TELL_KEYS_APART);
  try {
    await Promise.race([run(), instance.waitUntilExit().finally(() => model.quit())]);
  } finally {
    process.off('exit', restoreKeys);
    stdout.off('resize', onResize);
    restoreKeys();
    screen.end();
    await instance.waitUntilRenderFlush();
    instance.unmount();
    await instance.waitUntilExit();
  }
}
