import type { ChatModel } from '@parley/client';
import { COMMANDS, findCommand } from '../commands.ts';
import type { Draft } from './editor.ts';

/** Whom there is to name. */
export interface Names {
  readonly anybody: readonly string[];
  readonly 'people asking': readonly string[];
  readonly 'people asked': readonly string[];
}

/** Those that a client knows of. */
export function namesIn({ client, state }: ChatModel): Names {
  const asking = state.requests.map(({ from }) => from);
  const talking = state.conversations.map(({ peer }) => peer);
  const anybody = [...new Set([...talking, ...asking, ...state.online])].filter((name) => name !== client.user);
  return { anybody, 'people asking': asking, 'people asked': state.asked };
}

export interface Completion {
  readonly draft: Draft;
  /** What it could be, where it could be more than one thing. */
  readonly choices: readonly string[];
}

/** Completes the command or the name before the cursor, as far as it is certain; undefined where there is nothing to complete. */
export function complete({ text, cursor }: Draft, names: Names): Completion | undefined {
  const [, mark = '', start, gap = '', rest = ''] = /^([/!])([a-z]*)(\s*)(\S*)$/.exec(text.slice(0, cursor)) ?? [];
  if (start === undefined) return undefined;
  const isName = gap !== '';
  const offers = findCommand(start)?.offers;
  const candidates = isName ? (offers === undefined ? [] : names[offers]) : COMMANDS.map(({ name }) => name);
  const typed = isName ? rest : start;
  const choices = candidates.filter((candidate) => candidate.startsWith(typed)).sort();
  const [only] = choices;
  if (only === undefined) return { draft: { text, cursor }, choices: [] };
  const common = choices.reduce(commonStart);
  const argument = findCommand(isName ? start : only)?.argument;
  const goesOn = choices.length === 1 && (isName ? argument === 'NAME [TEXT]' : argument !== undefined);
  const before = (isName ? mark + start + gap : mark) + common + (goesOn && text[cursor] !== ' ' ? ' ' : '');
  const draft = { text: before + text.slice(cursor), cursor: before.length };
  return { draft, choices: choices.length === 1 ? [] : choices };
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
