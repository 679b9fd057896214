import { type ChatState, type ConversationState, MAX_UNREAD } from '@parley/client';
import { neutralize } from '../../sanitize.ts';
import { type Line, lineWidth, type Span, span } from './line.ts';
import { fit } from './width.ts';

const SEPARATOR = span(' · ', 'quiet');

/** Number and name of a conversation as Alt+1 to Alt+9 choose them. */
export function label(conversations: readonly ConversationState[], peer: string): string {
  const index = conversations.findIndex((conversation) => conversation.peer === peer);
  return `${index >= 0 && index < 9 ? `${index + 1} ` : ''}${neutralize(peer)}`;
}

export function unreadMark(unread: number): string {
  if (unread === 0) return '';
  return ` (${unread >= MAX_UNREAD ? `${MAX_UNREAD - 1}+` : unread})`;
}

/**
 * The last row: what matters most comes first, what has no room is left out. How the server can be reached is always there.
 * @param hasSidebar it shows what is unread
 */
export function statusLine(state: ChatState, columns: number, hasSidebar: boolean): Line {
  const parts: Span[] = [connection(state), ...peer(state), ...requests(state)];
  if (!hasSidebar) parts.push(...unread(state));
  parts.push(span(state.server === undefined ? state.user : `${state.user}@${state.server}`, 'quiet'), span('/help', 'quiet'));
  const line: Span[] = [];
  for (const [index, part] of parts.entries()) {
    const more = index === 0 ? [{ ...part, text: fit(part.text, columns) }] : [SEPARATOR, part];
    if (lineWidth([...line, ...more]) <= columns) line.push(...more);
  }
  return line;
}

function connection({ connection }: ChatState): Span {
  if (connection === 'online') return span('on line', 'quiet');
  return connection === 'offline' ? span('OFF LINE, trying again', 'alert') : span('connecting …', 'quiet');
}

function peer({ current, conversations, connection, asked }: ChatState): Span[] {
  const found = conversations.find((conversation) => conversation.peer === current?.peer);
  if (found === undefined) return [];
  const name = neutralize(found.peer);
  if (!found.canTalk) return [span(asked.includes(found.peer) ? `${name} has not answered yet` : `${name}: no consent`, 'plain')];
  // Nobody says who is on line while the server cannot be reached.
  return connection === 'online' ? [span(`${name} is ${found.isOnline ? 'on line' : 'away'}`, 'plain')] : [];
}

function requests({ requests }: ChatState): Span[] {
  if (requests.length === 0) return [];
  return [span(requests.length === 1 ? '1 request' : `${requests.length} requests`, 'alert')];
}

function unread({ conversations, current }: ChatState): Span[] {
  return conversations
    .filter((conversation) => conversation.unread > 0 && conversation.peer !== current?.peer)
    .map(({ peer, unread }) => span(label(conversations, peer) + unreadMark(unread), 'mark'));
}
