import type { ChatState } from '@parley/client';
import { type Line, type Role, span } from './line.ts';
import { label, NUMBERED, unreadMark } from './status.ts';
import { fit, pad, widthOf } from './width.ts';

/** A terminal has room for a sidebar from here on. */
const MIN_COLUMNS = 100;
const MAX_ROWS = 9;
const MAX_WIDTH = 28;
const GAP = 3;

export interface Sidebar {
  readonly lines: readonly Line[];
  /** Columns, the gap to what is beside it included; 0 = there is none. */
  readonly width: number;
}

const NONE: Sidebar = { lines: [], width: 0 };

/** The conversations beside the input, where there is room: `>` is the current one, `+` is on line. */
export function sidebar({ conversations, current }: ChatState, columns: number): Sidebar {
  if (columns < MIN_COLUMNS || conversations.length === 0) return NONE;
  const index = conversations.findIndex(({ peer }) => peer === current?.peer);
  const first = Math.max(0, Math.min(index - Math.floor(MAX_ROWS / 2), conversations.length - MAX_ROWS));
  const shown = conversations.slice(first, first + MAX_ROWS);
  const rows: { text: string; role: Role }[] = shown.map((conversation, i) => {
    const isCurrent = conversation.peer === current?.peer;
    const text = `${isCurrent ? '>' : ' '}${conversation.isOnline ? '+' : ' '}${first + i < NUMBERED ? '' : '  '}${label(conversations, conversation.peer)}`;
    const mark = unreadMark(conversation.unread);
    const role: Role = isCurrent ? 'current' : conversation.unread > 0 ? 'mark' : 'plain';
    return { text: fit(text, MAX_WIDTH - mark.length) + mark, role };
  });
  const hidden = conversations.length - shown.length;
  if (hidden > 0) rows.push({ text: `  and ${hidden} more`, role: 'quiet' });
  const width = Math.max(...rows.map(({ text }) => widthOf(text)));
  return { lines: rows.map(({ text, role }) => [span(pad(text, width), role)]), width: width + GAP };
}
