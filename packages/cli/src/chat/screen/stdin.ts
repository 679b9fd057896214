/** Asks for Shift+Enter to be told from Enter, in xterm's way (modifyOtherKeys); kitty's way is Ink's to ask for. */
export const TELL_KEYS_APART = '\u001b[>4;1m';
export const AS_BEFORE = '\u001b[>4m';

/** Shift+Enter as xterm and tmux say it, and as kitty does: Ink reads the latter alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is told apart
const XTERM = /\u001b\[27;(\d+);13~/g;
const KITTY = '\u001b[13;$1u';

/**
 * A terminal's input in which that key is spelt in the way Ink reads. What was typed before the client took the terminal over comes
 * first, with Enter as the terminal makes it for everybody: a line feed.
 */
export function readableByInk(stdin: NodeJS.ReadStream): NodeJS.ReadStream {
  let isFirst = true;
  const read = (size?: number): unknown => {
    const chunk: unknown = stdin.read(size);
    if (typeof chunk !== 'string') return chunk;
    const text = isFirst ? chunk.replaceAll('\n', '\r') : chunk;
    isFirst = false;
    return text.replaceAll(XTERM, KITTY);
  };
  return new Proxy(stdin, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
