import type { Edit } from './editor.ts';

/** What a key asks for. */
export type Action =
  | { readonly do: 'insert'; readonly text: string }
  | { readonly do: 'edit'; readonly edit: Edit }
  | { readonly do: 'open'; readonly number: number }
  | {
      readonly do:
        | 'submit'
        | 'up'
        | 'down'
        | 'pageUp'
        | 'pageDown'
        | 'complete'
        | 'next'
        | 'previous'
        | 'nextUnread'
        | 'escape'
        | 'interrupt'
        | 'endOfInput'
        | 'suspend'
        | 'clear';
    };

/** The part of Ink's `Key` that counts. */
export interface KeyPress {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageDown: boolean;
  readonly pageUp: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly meta: boolean;
}

const NEW_LINE: Action = { do: 'insert', text: '\n' };

const WITH_CTRL = new Map<string, Action>(
  Object.entries<Action>({
    a: { do: 'edit', edit: 'lineStart' },
    b: { do: 'edit', edit: 'left' },
    c: { do: 'interrupt' },
    d: { do: 'endOfInput' },
    e: { do: 'edit', edit: 'lineEnd' },
    f: { do: 'edit', edit: 'right' },
    h: { do: 'edit', edit: 'deleteLeft' },
    j: NEW_LINE,
    k: { do: 'edit', edit: 'deleteToLineEnd' },
    l: { do: 'clear' },
    m: { do: 'submit' },
    n: { do: 'down' },
    p: { do: 'up' },
    u: { do: 'edit', edit: 'deleteToLineStart' },
    w: { do: 'edit', edit: 'deleteWordLeft' },
    z: { do: 'suspend' },
  }),
);

const WITH_ALT = new Map<string, Action>(
  Object.entries<Action>({
    a: { do: 'nextUnread' },
    b: { do: 'edit', edit: 'wordLeft' },
    f: { do: 'edit', edit: 'wordRight' },
  }),
);

/** What was pressed, in order. Keys that mean nothing here do nothing. */
export function actionsOf(input: string, key: KeyPress): Action[] {
  const special = specialKey(key);
  if (special !== undefined) return [special];
  const letter = input.toLowerCase();
  if (key.ctrl) return only(WITH_CTRL.get(letter));
  if (key.meta) {
    if (/^[1-9]$/.test(input)) return [{ do: 'open', number: Number(input) }];
    // Esc and the beginning of a command, read at once: without its mark the command would be sent as text.
    if (/^[/!]$/.test(input)) return [{ do: 'escape' }, { do: 'insert', text: input }];
    return only(WITH_ALT.get(letter));
  }
  return typed(input);
}

function specialKey(key: KeyPress): Action | undefined {
  const isWord = key.ctrl || key.meta;
  if (key.return) return key.shift || key.meta ? NEW_LINE : { do: 'submit' };
  if (key.tab) return { do: key.shift ? 'previous' : 'complete' };
  if (key.upArrow) return { do: 'up' };
  if (key.downArrow) return { do: 'down' };
  if (key.leftArrow) return { do: 'edit', edit: isWord ? 'wordLeft' : 'left' };
  if (key.rightArrow) return { do: 'edit', edit: isWord ? 'wordRight' : 'right' };
  if (key.pageUp) return { do: 'pageUp' };
  if (key.pageDown) return { do: 'pageDown' };
  if (key.home) return { do: 'edit', edit: 'lineStart' };
  if (key.end) return { do: 'edit', edit: 'lineEnd' };
  if (key.backspace) return { do: 'edit', edit: isWord ? 'deleteWordLeft' : 'deleteLeft' };
  if (key.delete) return { do: 'edit', edit: 'deleteRight' };
  if (key.escape) return { do: 'escape' };
  return undefined;
}

function typed(input: string): Action[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is told apart
  const parts = input.match(/[^\u0000-\u001f\u007f]+|[\u0000-\u001f\u007f]/g) ?? [];
  return parts.flatMap((part) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    if (!/[\u0000-\u001f\u007f]/.test(part)) return [{ do: 'insert', text: part }];
    return only(control(part));
  });
}

/** A control character in one piece with text: somebody types fast, or the terminal is slow. Most are Ctrl and a letter. */
function control(character: string): Action | undefined {
  if (character === '\t') return { do: 'complete' };
  if (character === '\u007f') return { do: 'edit', edit: 'deleteLeft' };
  return WITH_CTRL.get(String.fromCharCode(character.charCodeAt(0) + 0x60));
}

function only(action: Action | undefined): Action[] {
  return action === undefined ? [] : [action];
}
