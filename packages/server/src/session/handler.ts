import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Reply } from './replies.ts';
import type { Session } from './session.ts';

/**
 * What a request comes to. `later` is a reply that waits for the disk, or for the ACKs of other devices: what comes after the request on
 * this connection need not wait for it. A handler calls the store, or pushes, before it answers `later`, so that requests take effect
 * in the order they were sent.
 * `replyBytes`: what that reply may have at most, where it can be much more than its request; it is booked with the request.
 */
export type Answer = Reply | { readonly later: Promise<Reply>; readonly replyBytes?: number } | undefined;

/** What the server does about one opcode. A thrown ParleyError is the request's ERROR. */
export interface Handler<Schema extends DescMessage = DescMessage> {
  /** The protobuf message of the body. */
  readonly schema: Schema;
  /** Whether it is a request: has a sequence number of its own and a reply. */
  readonly isRequest: boolean;
  handle(session: Session, body: MessageShape<Schema>, sequence: number): Answer | Promise<Answer>;
}

export function request<Schema extends DescMessage>(schema: Schema, handle: Handler<Schema>['handle']): Handler<Schema> {
  return { schema, isRequest: true, handle };
}

/** A frame without a reply; its sequence number says nothing. */
export function notice<Schema extends DescMessage>(schema: Schema, handle: Handler<Schema>['handle']): Handler<Schema> {
  return { schema, isRequest: false, handle };
}
