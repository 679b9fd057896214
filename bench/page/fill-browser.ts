/** Runs in a page of the web client's origin: puts conversations into the account's vault, as if they had been had. */
import { create, toBinary } from '@bufbuild/protobuf';
import { openVault } from '@parley/client/browser';
import { toHex } from '@parley/protocol';
import { webCrypto } from '@parley/protocol/crypto/web';
import {
  ContactSchema,
  ConversationSchema,
  ConversationState,
  MessageKind,
  MessageRowSchema,
  ViewSchema,
} from '../../packages/client/src/gen/rows_pb.ts';
import type { Row } from '../../packages/client/src/index.ts';
import type { FillPage } from '../support/fill-page.ts';

const BATCH = 2_000;
const WORDS = 'some words as people write them to each other when there is a little more to say than yes or no'.split(' ');

const page: FillPage = {
  async fill({ passphrase, peers, messages }) {
    const vault = await openVault(passphrase);
    const write = (rows: Row[]): Promise<void> => vault.write(rows.map((row) => ({ put: row })));
    let order = 1;
    for (let peer = 0; peer < peers; peer += 1) {
      const username = `peer-${String(peer).padStart(4, '0')}`;
      const id = webCrypto.randomBytes(16);
      const count = peer === 0 ? messages / 2 : Math.floor(messages / 2 / (peers - 1));
      const rows: Row[] = [];
      const flush = (): Promise<void> => write(rows.splice(0));
      for (let i = 0; i < count; i += 1) {
        rows.push(message(id, username, order, i));
        order += 1;
        if (rows.length === BATCH) await flush();
      }
      rows.push(...about(username, id, order));
      await flush();
    }
    await vault.close();
  },
};

function message(conversation: Uint8Array, author: string, order: number, i: number): Row {
  const id = webCrypto.randomBytes(16);
  const text = `${i}: ${WORDS.slice(0, 2 + (i % (WORDS.length - 2))).join(' ')}`;
  const sentMs = Date.UTC(2026, 0, 1) + order * 60_000;
  const row = create(MessageRowSchema, { id, conversation, author, sentMs, kind: MessageKind.TEXT, text });
  return { collection: 'message', key: toHex(id), group: toHex(conversation), order, value: toBinary(MessageRowSchema, row) };
}

function about(username: string, id: Uint8Array, readOrder: number): Row[] {
  const conversation = create(ConversationSchema, {
    id,
    peer: username,
    state: ConversationState.OPEN,
    updateDueMs: Date.UTC(2100, 0, 1),
  });
  const contact = create(ContactSchema, { username, identityKey: webCrypto.randomBytes(32), conversation: id });
  const view = create(ViewSchema, { username, readOrder });
  return [
    { collection: 'conversation', key: toHex(id), value: toBinary(ConversationSchema, conversation) },
    { collection: 'contact', key: username, value: toBinary(ContactSchema, contact) },
    { collection: 'view', key: username, value: toBinary(ViewSchema, view) },
  ];
}

Object.assign(globalThis, { page });
