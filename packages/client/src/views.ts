import { create } from '@bufbuild/protobuf';
import type { Context } from './conversations/context.ts';
import { type View, ViewSchema } from './gen/rows_pb.ts';
import type { Records } from './records/records.ts';

/** How far a conversation was read. */
export interface ReadMark {
  /** A position of the history: what is stored up to here has been read. */
  readonly position: number;
  /** When it was last looked at: Unix time in milliseconds; 0 = never. */
  readonly openedAt: number;
}

export function readMarkOf({ views }: Records, user: string): ReadMark {
  const row = views.rows.get(user);
  return { position: row?.readOrder ?? 0, openedAt: row?.openedMs ?? 0 };
}

/** The conversation with this user has been read up to this position (all that is stored, if left out), and is looked at now. */
export function markRead(context: Context, user: string, position?: number): Promise<void> {
  const { records, environment } = context;
  const openedMs = environment.now();
  return change(records, user, (view) => ({
    readOrder: Math.max(view.readOrder, position ?? records.lastOrder),
    openedMs,
  }));
}

export function draftOf({ views }: Records, user: string): string {
  return views.rows.get(user)?.draft ?? '';
}

export function keepDraft({ records }: Context, user: string, draft: string): Promise<void> {
  return change(records, user, () => ({ draft }));
}

function change(records: Records, username: string, by: (view: View) => Partial<View>): Promise<void> {
  return records.transact(async (transaction) => {
    const view = transaction.get(records.views, username) ?? create(ViewSchema, { username });
    transaction.put(records.views, create(ViewSchema, { ...view, ...by(view) }));
  });
}
