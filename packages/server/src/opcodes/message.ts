import { toBinary } from '@bufbuild/protobuf';
import {
  CONVERSATION_ID_BYTES,
  decodeMessage,
  MAX_CIPHERTEXT,
  MESSAGE_ID_BYTES,
  type MessageHead,
  Opcode,
  readMessageHead,
} from '@parley/protocol';
import { MessageSchema } from '@parley/protocol/wire';
import type { Parcel } from '../delivery/mailboxes.ts';
import type { Answer, Handler } from '../session/handler.ts';
import { okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import { SafeReply } from '../session/safe-reply.ts';
import type { Session } from '../session/session.ts';
import type { ConversationEntry } from '../store/entries.ts';
import type { Store } from '../store/store.ts';

/** A message, and the body that goes to the other devices. */
interface Sent extends MessageHead {
  readonly body: Uint8Array;
}

/** MESSAGE (5): for every other device in the conversation. OK means that each has ACKed it, or its mailbox has it on disk. */
export const message: Handler = {
  isRequest: true,
  handle(session, body) {
    const sent = read(body);
    const { conversations } = session.services;
    const found = conversations.find(sent.conversation, sent.epoch);
    if (!(found instanceof Promise)) return pass(session, sent, found, true);
    return found.then((entry) => {
      // What was sent before it had no space: this is not to overtake it.
      if (session.isOver) throw protocolError('server_busy');
      return pass(session, sent, entry, entry !== undefined && conversations.isCurrent(entry));
    });
  },
};

/** @param isCurrent whether what was found is how things stand, so that the store need not be asked */
function pass(session: Session, sent: Sent, found: ConversationEntry | undefined, isCurrent: boolean): Answer {
  const { services, device, ref } = session;
  const { store, mailboxes } = services;
  const { conversation, epoch, body } = sent;
  if (found === undefined) throw protocolError('unknown_conversation');
  const parcels: Parcel[] = [];
  for (const member of found.members) if (member !== device) parcels.push({ device: member, opcode: Opcode.MESSAGE, body });
  if (parcels.length === found.members.length) throw protocolError('not_member');
  if (found.epoch !== epoch) throw protocolError('stale_epoch');

  // Between devices that are on line and ACK at once nothing is written.
  if (found.isOpen && isCurrent) {
    const pushed = new SafeReply();
    if (mailboxes.pushFirst(parcels, pushed.isSafe)) return pushed;
  }
  const kept = withMemoryOfItsOwn(body);
  const appended = mailboxes.deliver(
    parcels.map((parcel) => ({ ...parcel, body: kept })),
    (deliveries) => store.appendMessage({ by: ref, conversation, epoch, deliveries }),
    (result, member) => {
      if (result === 'ok') return true;
      return 'withheld' in result && !result.withheld.includes(member);
    },
  );
  return { later: appended.then(answer) };
}

/** @throws the store's refusal */
function answer(result: Awaited<ReturnType<Store['appendMessage']>>): Reply {
  unlessRefused(result);
  return okReply();
}

/** Every client of ours sends the usual encoding, which goes on as it came. @throws ParleyError `malformed`, `too_large` */
function read(body: Uint8Array): Sent {
  const head = readMessageHead(body);
  if (head !== undefined) return { ...head, body };
  const sent = decodeMessage(MessageSchema, body);
  const { position, conversation, epoch, id, ciphertext } = sent;
  if (position !== 0n || conversation.length !== CONVERSATION_ID_BYTES) throw protocolError('malformed');
  if (id.length !== MESSAGE_ID_BYTES || ciphertext.length === 0) throw protocolError('malformed');
  if (ciphertext.length > MAX_CIPHERTEXT) throw protocolError('too_large');
  return { conversation, epoch, body: toBinary(MessageSchema, sent, { writeUnknownFields: false }) };
}

/** What waits for the disk keeps no record in memory of which it is the smaller part. */
function withMemoryOfItsOwn(body: Uint8Array): Uint8Array {
  return 2 * body.length < body.buffer.byteLength ? body.slice() : body;
}
