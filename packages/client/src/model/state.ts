import type { HistoryEntry } from '../history.ts';

/** `connecting`: there was no login yet. */
export type ConnectionState = 'connecting' | 'online' | 'offline';

/** All that a client shows at one moment. Never changed in place: what is the same object is the same. */
export interface ChatState {
  readonly user: string;
  /** `localhost:10000`, once it is known. */
  readonly server: string | undefined;
  readonly connection: ConnectionState;
  /** In an order that stays while the client runs: the one that was active last came first when it started, new ones come last. */
  readonly conversations: readonly ConversationState[];
  /** The tray: who asks to talk, oldest first. */
  readonly requests: readonly RequestState[];
  /** Who was asked and has not answered. */
  readonly asked: readonly string[];
  /** Who is on line, as far as the server says, without those who are blocked; oneself too. */
  readonly online: readonly string[];
  /** The conversation that is looked at, and whom typed text goes to. */
  readonly current: TimelineState | undefined;
}

export interface ConversationState {
  readonly peer: string;
  /** Messages of theirs that have not been looked at; `MAX_UNREAD` stands for that many or more. */
  readonly unread: number;
  readonly canTalk: boolean;
  /** Never known of strangers. */
  readonly isOnline: boolean;
  /** When the newest line was sent, as its sender says, as far as this model has seen it. */
  readonly newestAt: number | undefined;
}

export interface RequestState {
  readonly from: string;
  /** 60 digits in groups of five. */
  readonly safetyNumber: string;
}

export interface TimelineState {
  readonly peer: string;
  /** Oldest first; those that wait for the server's OK among them. */
  readonly entries: readonly HistoryEntry[];
  /** The id of the first one that was new when the conversation was opened. */
  readonly newFrom: string | undefined;
  /** There is more before these. */
  readonly hasOlder: boolean;
  /** What there is has been read from the vault. */
  readonly isLoaded: boolean;
}

export const MAX_UNREAD = 100;
