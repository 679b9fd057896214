import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { decodeMessage } from '@parley/protocol';
import type { Reply } from './replies.ts';
import type { SafeReply } from './safe-reply.ts';
import type { Session } from './session.ts';

/**
 * What a request comes to. `later` is a reply that waits for the disk, a `SafeReply` the OK that waits for the ACKs of other devices: what
 * comes after the request on this connection need not wait for them. A handler calls the store, or pushes, before it answers so:
 * requests take effect in the order they were sent.
 * `replyBytes`: what that reply may have at most, where it can be much more than its request; it is booked with the request.
 */
export type Answer = Reply | { readonly later: Promise<Reply>; readonly replyBytes?: number } | SafeReply | undefined;

/** What the server does about one opcode. A thrown ParleyError is the request's ERROR. */
export interface Handler {
  /** Whether it is a request: has a sequence number of its own and a reply. */
  readonly isRequest: boolean;
  handle(session: Session, body: Uint8Array): Answer | Promise<Answer>;
}

type Handle<Schema extends DescMessage> = (session: Session, body: MessageShape<Schema>) => Answer | Promise<Answer>;

export function request<Schema extends DescMessage>(schema: Schema, handle: Handle<Schema>): Handler {
  return { isRequest: true, handle: (session, body) => handle(session, decodeMessage(schema, body)) };
}

/** A frame without a reply; its sequence number says nothing. */
export function notice<Schema extends DescMessage>(schema: Schema, handle: Handle<Schema>): Handler {
  return { isRequest: false, handle: (session, body) => handle(session, decodeMessage(schema, body)) };
}
