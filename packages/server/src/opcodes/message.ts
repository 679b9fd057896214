import { toBinary } from '@bufbuild/protobuf';
import { CONVERSATION_ID_BYTES, MAX_CIPHERTEXT, MESSAGE_ID_BYTES, Opcode } from '@parley/protocol';
import { type Message, MessageSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Store } from '../store/store.ts';

/** MESSAGE (5): for every other device in the conversation. OK means that each has ACKed it, or its mailbox has it on disk. */
export const message = request(MessageSchema, async (session, sent) => {
  checkForm(sent);
  const { services, device, ref } = session;
  const { store, mailboxes, conversations } = services;
  const { conversation, epoch } = sent;
  const found = await conversations.find(conversation, epoch);
  // What was sent before it had no space: this is not to overtake it.
  if (session.isOver) throw protocolError('server_busy');
  if (found === undefined) throw protocolError('unknown_conversation');
  if (!found.members.includes(device)) throw protocolError('not_member');
  if (found.epoch !== epoch) throw protocolError('stale_epoch');

  const body = toBinary(MessageSchema, sent, { writeUnknownFields: false });
  const others = found.members.filter((member) => member !== device);
  const parcels = others.map((member) => ({ device: member, opcode: Opcode.MESSAGE, body }));
  // Between devices that are on line and ACK at once nothing is written.
  const pushed = found.isOpen && conversations.isCurrent(found) ? mailboxes.pushFirst(parcels) : undefined;
  if (pushed !== undefined) return { later: pushed.then(() => okReply()) };
  const appended = mailboxes.deliver(
    parcels,
    (deliveries) => store.appendMessage({ by: ref, conversation, epoch, deliveries }),
    (result, member) => {
      if (result === 'ok') return true;
      return 'withheld' in result && !result.withheld.includes(member);
    },
  );
  return { later: appended.then(answer) };
});

/** @throws the store's refusal */
function answer(result: Awaited<ReturnType<Store['appendMessage']>>): Reply {
  unlessRefused(result);
  return okReply();
}

function checkForm({ position, conversation, id, ciphertext }: Message): void {
  if (position !== 0n || conversation.length !== CONVERSATION_ID_BYTES) throw protocolError('malformed');
  if (id.length !== MESSAGE_ID_BYTES || ciphertext.length === 0) throw protocolError('malformed');
  if (ciphertext.length > MAX_CIPHERTEXT) throw protocolError('too_large');
}
