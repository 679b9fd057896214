import { type ChatState, type ConversationState, MAX_UNREAD } from '@parley/client';
import { neutralize } from '../../sanitize.ts';
import { type Line, lineWidth, type Span, span } from './line.ts';
import { fit } from './width.ts';

const SEPARATOR = span(' · ', 'quiet');

/** So many conversations have a number. */
export const NUMBERED = 9;

/** Number and name of a conversation as Alt+1 to Alt+9 choose them. */
export function label(conversations: readonly ConversationState[], peer: string): string {
  const index = conversations.findIndex((conversation) => conversation.peer === peer);
  return `${index >= 0 && index < NUMBERED ? `${index + 1} ` : ''}${neutralize(peer)}`;
}

export function unreadMark(unread: number): string {
  return unread === 0 ? '' : ` (${shownCount(unread)})`;
}

export function shownCount(unread: number): string {
  return unread >= MAX_UNREAD ? `${MAX_UNREAD - 1}+` : String(unread);
}

/**
 * The last row: what matters most comes first, what has no room is left out. How the server can be reached and that something is unread
 * is always there.
 * @param hasSidebar it shows what is unread
 */
export function statusLine(state: ChatState, columns: number, hasSidebar: boolean): Line {
  const [named, counted] = hasSidebar ? [[], []] : unread(state);
  const before = [connection(state), ...peer(state), ...requests(state)];
  const after = [
    span(state.server === undefined ? state.user : `${state.user}@${state.server}`, 'quiet'),
    span('/help', 'quiet'),
  ];
  const isTooLong = lineWidth(joined([...before, ...named])) > columns;
  // Without room for both, who has written matters more than whether the other is there.
  const needed = isTooLong ? [connection(state), ...requests(state), ...counted, ...peer(state)] : [...before, ...named];
  return fitting([...needed, ...after], columns);
}

/** As many parts as there is room for; a part that has none does not keep shorter ones out. */
function fitting(parts: readonly Span[], columns: number): Line {
  const shown: Span[] = [];
  for (const [index, part] of parts.entries()) {
    const more = index === 0 ? { ...part, text: fit(part.text, columns) } : part;
    if (lineWidth(joined([...shown, more])) <= columns) shown.push(more);
  }
  return joined(shown);
}

function joined(parts: readonly Span[]): Span[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [SEPARATOR, part]));
}

function connection({ connection }: ChatState): Span {
  if (connection === 'online') return span('on line', 'quiet');
  return connection === 'offline' ? span('OFF LINE, trying again', 'alert') : span('connecting …', 'quiet');
}

function peer({ current, conversations, connection, asked }: ChatState): Span[] {
  if (current === undefined) return [];
  const name = neutralize(current.peer);
  const found = conversations.find((conversation) => conversation.peer === current.peer);
  if (found?.canTalk !== true)
    return [span(asked.includes(current.peer) ? `${name} has not answered yet` : `${name} cannot be written to`, 'plain')];
  // Nobody says who is on line while the server cannot be reached.
  return connection === 'online' ? [span(`${name} is ${found.isOnline ? 'on line' : 'away'}`, 'plain')] : [];
}

function requests({ requests }: ChatState): Span[] {
  if (requests.length === 0) return [];
  return [span(requests.length === 1 ? '1 request' : `${requests.length} requests`, 'alert')];
}

/** What is unread elsewhere: by name, and how much. */
function unread({ conversations, current }: ChatState): [named: Span[], counted: Span[]] {
  const found = conversations.filter((conversation) => conversation.unread > 0 && conversation.peer !== current?.peer);
  if (found.length === 0) return [[], []];
  const count = Math.min(
    MAX_UNREAD,
    found.reduce((sum, conversation) => sum + conversation.unread, 0),
  );
  return [
    found.map((conversation) => span(label(conversations, conversation.peer) + unreadMark(conversation.unread), 'mark')),
    [span(`${shownCount(count)} unread`, 'mark')],
  ];
}
