import { create, toBinary } from '@bufbuild/protobuf';
import { openVault } from '@parley/client/node';
import { toHex } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { MessageKind, MessageRowSchema } from '../../packages/client/src/gen/rows_pb.ts';
import { conversationTable } from '../../packages/client/src/records/records.ts';

const BATCH = 1_000;

/** Puts so many messages of a peer into an account's vault, as if they had been received. */
export async function putMessages(file: string, passphrase: string, author: string, count: number): Promise<void> {
  const vault = await openVault(file, passphrase);
  const conversations = conversationTable();
  await conversations.load(vault);
  const conversation = [...conversations.rows.values()].find(({ peer }) => peer === author);
  if (conversation === undefined) throw new Error(`no conversation with ${author}`);
  const group = toHex(conversation.thread.length === 0 ? conversation.id : conversation.thread);
  const [newest] = await vault.scan('message', { limit: 1, reverse: true });
  const first = (newest?.order ?? 0) + 1;
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => {
      const id = nodeCrypto.randomBytes(16);
      const sentMs = Date.UTC(2026, 0, 1) + (from + i) * 60_000;
      const text = `message ${from + i}: some words as people write them to each other`;
      const row = create(MessageRowSchema, { id, conversation: conversation.id, author, sentMs, kind: MessageKind.TEXT, text });
      const value = toBinary(MessageRowSchema, row);
      return { put: { collection: 'message', key: toHex(id), group, order: first + from + i, value } } as const;
    });
    await vault.write(rows);
  }
  await vault.close();
}
