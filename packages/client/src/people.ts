import { type Request, RequestState } from './gen/rows_pb.ts';
import type { Records } from './records/records.ts';

/** Whom this user has to do with, as this device knows it: names, oldest first. */
export interface People {
  /** With whom there is a conversation, or will be as soon as the server has heard of the ACCEPT; without those who are blocked. */
  readonly talkingTo: readonly string[];
  /** Who asks to talk and waits for an answer. */
  readonly asking: readonly string[];
  /** Who was asked and has not answered. */
  readonly asked: readonly string[];
  readonly blocked: readonly string[];
}

export function peopleOf({ contacts, conversations, requests }: Records): People {
  const all = [...requests.rows.values()];
  const pending = all.filter(({ state }) => state === RequestState.PENDING);
  const names = [
    ...[...conversations.rows.values()].map(({ peer }) => peer),
    ...all.filter(isAccepted).map(({ peer }) => peer),
  ].filter((user) => contacts.rows.get(user)?.blocked !== true);
  return {
    talkingTo: [...new Set(names)],
    asking: pending.filter(({ outgoing }) => !outgoing).map(({ peer }) => peer),
    asked: pending.filter(({ outgoing }) => outgoing).map(({ peer }) => peer),
    blocked: [...contacts.rows].filter(([, { blocked }]) => blocked).map(([user]) => user),
  };
}

/** Their request was accepted on this device, and the group is being made. */
export function isAcceptedHere({ requests }: Records, user: string): boolean {
  return [...requests.rows.values()].some((row) => row.peer === user && isAccepted(row));
}

/** The group is being made. */
function isAccepted({ outgoing, state }: Request): boolean {
  return !outgoing && state === RequestState.ACCEPTING;
}
