import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  equalBytes,
  MAX_FUTURE_CIPHERTEXT,
  MAX_FUTURE_MESSAGES,
  MAX_TEXT_BYTES,
  MESSAGE_ID_BYTES,
  Opcode,
  toHex,
  utf8,
} from '@parley/protocol';
import { type Content, ContentSchema, type Message, MessageSchema } from '@parley/protocol/wire';
import { type Conversation, ConversationState, MessageKind } from '../gen/rows_pb.ts';
import { type GroupState, MlsError } from '../mls/mls.ts';
import type { Transaction } from '../records/transaction.ts';
import { openPending } from './commits.ts';
import type { Context } from './context.ts';
import { recordGap, recordSkipped } from './gaps.ts';
import { whose } from './members.ts';
import { putMessage } from './put-history.ts';
import { tellError } from './tell.ts';

/** `isSeen`: one under this id was opened before. It comes again, or its sender has encrypted it again after a lost answer. */
interface Arrived {
  readonly message: Message;
  readonly isSeen: boolean;
}

/**
 * Opens a message and stores what it says; of one that was opened before under its id, no more than that its key is used up. Only what
 * MLS vouches for is believed: the author is the leaf that signed it, and the id is in the authenticated data.
 * @throws MlsError when it cannot be read
 */
export async function receiveMessage(context: Context, transaction: Transaction, message: Message): Promise<void> {
  const isSeen = await transaction.has('seen', toHex(message.id));
  try {
    await take(context, transaction, { message, isSeen });
  } catch (error) {
    // The same bytes again: their key is used up already.
    if (!isSeen || !(error instanceof MlsError)) throw error;
  }
}

async function take(context: Context, transaction: Transaction, arrived: Arrived): Promise<void> {
  const { mls } = context.environment;
  const { message } = arrived;
  const key = toHex(message.conversation);
  const conversation = transaction.get(context.records.conversations, key);
  const group = conversation === undefined ? undefined : await transaction.group(key);
  if (conversation === undefined || group === undefined || conversation.state === ConversationState.CLOSED) {
    throw new MlsError('wrong_group', 'a message in no conversation of ours');
  }
  const { groupId, epoch } = mls.readEpoch(message.ciphertext);
  if (!equalBytes(groupId, conversation.id)) throw new MlsError('wrong_group', 'a message of another group');
  const current = mls.info(group).epoch;
  if (epoch > current) {
    const open = (inner: Transaction): Promise<void> => take(context, inner, arrived);
    if (epoch === current + 1n && (await openPending(context, transaction, conversation, open))) return;
    return keepForLater(context, transaction, conversation, message);
  }
  await openMessage(context, transaction, conversation, group, arrived);
}

async function openMessage(
  context: Context,
  transaction: Transaction,
  conversation: Conversation,
  group: GroupState,
  { message, isSeen }: Arrived,
): Promise<void> {
  const { environment, records } = context;
  const step = await environment.mls.decrypt(group, message.ciphertext);
  const author = whose(context, transaction, conversation.peer, step.author);
  if (author === 'stranger') throw new MlsError('refused', 'a message of somebody else');
  const content = fromBinary(ContentSchema, step.plaintext);
  const { id } = content;
  if (id.length !== MESSAGE_ID_BYTES || !equalBytes(id, step.authenticatedData) || !equalBytes(id, message.id)) {
    throw new MlsError('refused', 'a message whose ids differ');
  }
  // It would take the place of something that this user has said, or of a gap.
  if (!isSeen && (await transaction.has('message', toHex(id))))
    throw new MlsError('refused', 'a message under the id of another one');
  transaction.putGroup(toHex(conversation.id), step.state);
  transaction.effect(() => step.discard());
  const isBlocked = transaction.get(records.contacts, conversation.peer)?.blocked === true;
  if (author === 'peer' && !isBlocked) recordSkipped(context, transaction, conversation, step.skipped);
  if (isSeen) return;
  transaction.putRow({ collection: 'seen', key: toHex(id), order: context.time(), value: new Uint8Array(0) });
  if (!isBlocked)
    store(context, transaction, conversation, author === 'peer' ? conversation.peer : records.account.username, content);
}

function store(context: Context, transaction: Transaction, conversation: Conversation, author: string, content: Content): void {
  const { id } = content;
  const at = Number(content.sentMs);
  const row = { id, conversation: conversation.id, author, sentMs: at };
  if (content.body.case !== 'text') {
    putMessage(context, transaction, { ...row, kind: MessageKind.UNKNOWN, content: toBinary(ContentSchema, content) });
    tellError(context, transaction, 'cannot_show', `${author} sent something that this client cannot show`, {
      user: conversation.peer,
    });
    return;
  }
  const { text } = content.body.value;
  if (utf8(text).length > MAX_TEXT_BYTES) throw new MlsError('refused', 'a message that is too long');
  putMessage(context, transaction, { ...row, kind: MessageKind.TEXT, text });
  if (author !== conversation.peer) return;
  transaction.tell({ event: 'message', from: author, text, at, id: toHex(id) });
}

function keepForLater(context: Context, transaction: Transaction, conversation: Conversation, message: Message): void {
  if (conversation.future.length >= MAX_FUTURE_MESSAGES || message.ciphertext.length > MAX_FUTURE_CIPHERTEXT) {
    throw new MlsError('wrong_epoch', 'too many messages whose commit has not come');
  }
  const future = [...conversation.future, toBinary(MessageSchema, message)];
  transaction.put(context.records.conversations, { ...conversation, future });
}

/** In a new epoch: what had come too early. What cannot be read after all is a gap. */
export async function openFuture(context: Context, transaction: Transaction, key: string): Promise<void> {
  const conversation = transaction.get(context.records.conversations, key);
  if (conversation === undefined || conversation.future.length === 0) return;
  transaction.put(context.records.conversations, { ...conversation, future: [] });
  for (const bytes of conversation.future) {
    try {
      await transaction.attempt((inner) => receiveMessage(context, inner, fromBinary(MessageSchema, bytes)));
    } catch (error) {
      recordGap(context, transaction, { opcode: Opcode.MESSAGE, sequence: 0, body: bytes }, error);
    }
  }
}
