import type { ChatState, ConversationState, HistoryEntry, TimelineState } from '@parley/client';
import { applySplice, type Splice, spliceOf } from './splice.ts';

type Facts = Omit<ChatState, 'conversations' | 'current'>;

/**
 * What has changed from one `ChatState` to the next. Between worker and page everything is copied: with a thousand conversations and as
 * many messages on the screen only the difference may go, and what is the same has to stay the same object on the other side.
 */
export interface ChatPatch {
  readonly facts: Partial<Facts>;
  readonly conversations?: Splice<ConversationState>;
  /** `null`: no conversation is looked at. Left out: nothing has changed in it. */
  readonly current?: TimelinePatch | null;
}

interface TimelinePatch extends Omit<TimelineState, 'entries'> {
  readonly entries?: Splice<HistoryEntry>;
}

const FACTS = ['user', 'server', 'connection', 'requests', 'asked', 'online'] as const;

/** `undefined` where nothing has. @param before `undefined`: the other side has none */
export function patchOf(before: ChatState | undefined, after: ChatState): ChatPatch | undefined {
  const changed = FACTS.filter((name) => before === undefined || !isAlike(before[name], after[name]));
  const facts = Object.fromEntries(changed.map((name) => [name, after[name]])) as Partial<Facts>;
  const conversations = spliceOf(before?.conversations ?? [], after.conversations, isSameConversation);
  const current = timelinePatch(before?.current, after.current);
  if (before !== undefined && changed.length === 0 && conversations === undefined && current === undefined) return undefined;
  return { facts, ...(conversations === undefined ? {} : { conversations }), ...(current === undefined ? {} : { current }) };
}

/** The next state. What has not changed in it is the same object as before. */
export function applyPatch(before: ChatState | undefined, { facts, conversations, current }: ChatPatch): ChatState {
  const rows = before?.conversations ?? [];
  return {
    ...(before as ChatState),
    ...facts,
    conversations: conversations === undefined ? rows : applySplice(rows, conversations),
    current: current === undefined ? before?.current : applyTimeline(before?.current, current),
  };
}

function timelinePatch(before: TimelineState | undefined, after: TimelineState | undefined): TimelinePatch | null | undefined {
  if (before === after) return undefined;
  if (after === undefined) return null;
  const { entries, ...rest } = after;
  const splice = spliceOf(entriesOf(before, after.peer), entries, (a, b) => a === b);
  return { ...rest, ...(splice === undefined ? {} : { entries: splice }) };
}

function applyTimeline(before: TimelineState | undefined, patch: TimelinePatch | null): TimelineState | undefined {
  if (patch === null) return undefined;
  const { entries, ...rest } = patch;
  const shown = entriesOf(before, patch.peer);
  return { ...rest, entries: entries === undefined ? shown : applySplice(shown, entries) };
}

/** What both sides have of this conversation: nothing, where another was looked at. */
function entriesOf(timeline: TimelineState | undefined, peer: string): readonly HistoryEntry[] {
  return timeline?.peer === peer ? timeline.entries : [];
}

function isSameConversation(a: ConversationState, b: ConversationState): boolean {
  const isSamePeer = a.peer === b.peer && a.canTalk === b.canTalk && a.isOnline === b.isOnline;
  return isSamePeer && a.unread === b.unread && a.newestAt === b.newestAt;
}

/** Texts, and short lists of texts and of plain objects of texts. */
function isAlike(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
