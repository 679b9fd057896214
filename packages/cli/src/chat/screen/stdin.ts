/** Asks for Shift+Enter to be told from Enter, in xterm's way (modifyOtherKeys); kitty's way is Ink's to ask for. */
export const TELL_KEYS_APART = '\u001b[>4;1m';
export const AS_BEFORE = '\u001b[>4m';

/** Shift+Enter as xterm and tmux say it, and as kitty does: Ink reads the latter alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is told apart
const XTERM = /\u001b\[27;(\d+);13~/g;
const KITTY = '\u001b[13;$1u';

/** A terminal's input in which that key is spelt in the way Ink reads. */
export function readableByInk(stdin: NodeJS.ReadStream): NodeJS.ReadStream {
  const read = (size?: number): unknown => {
    const chunk: unknown = stdin.read(size);
    return typeof chunk === 'string' ? chunk.replaceAll(XTERM, KITTY) : chunk;
  };
  return new Proxy(stdin, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
