import { create, toBinary } from '@bufbuild/protobuf';
import { CONVERSATION_ID_BYTES, MAX_MEMBERS, Opcode } from '@parley/protocol';
import { type Commit, CommitSchema } from '@parley/protocol/wire';
import type { Parcel } from '../delivery/mailboxes.ts';
import { request } from '../session/handler.ts';
import { errorReply, okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import type { DeviceKey } from '../store/device-key.ts';
import type { ConversationEntry } from '../store/entries.ts';
import { readDeviceRef } from './device-ref.ts';

interface Change {
  readonly added: DeviceKey[];
  readonly removed: DeviceKey[];
  /** Its Welcome, for each device added. */
  readonly welcomes: ReadonlyMap<DeviceKey, Commit['welcomes'][number]>;
}

/** COMMIT (6): ends an epoch of a conversation. The first one for an epoch wins. */
export const commit = request(CommitSchema, async (session, sent) => {
  const change = readChange(sent);
  const found = await session.services.store.findConversation(sent.conversation);
  if (found === undefined) throw protocolError('unknown_conversation');
  return { later: commitEpoch(session, sent, change, found) };
});

function readChange({ position, conversation, commit: bytes, added, removed, welcomes }: Commit): Change {
  if (position !== 0n || conversation.length !== CONVERSATION_ID_BYTES || bytes.length === 0) throw protocolError('malformed');
  if (added.length > MAX_MEMBERS || removed.length > MAX_MEMBERS) throw protocolError('malformed');
  const change = {
    added: added.map(readDeviceRef),
    removed: removed.map(readDeviceRef),
    welcomes: new Map(
      welcomes.map((welcome) => {
        if (welcome.device === undefined || welcome.welcome.length === 0) throw protocolError('malformed');
        return [readDeviceRef(welcome.device), welcome] as const;
      }),
    ),
  };
  const hasAWelcomeEach = change.added.every((device) => change.welcomes.has(device));
  if (welcomes.length !== added.length || !hasAWelcomeEach) throw protocolError('malformed');
  return change;
}

async function commitEpoch(session: Session, sent: Commit, change: Change, found: ConversationEntry): Promise<Reply> {
  const { store, mailboxes, crypto, conversations } = session.services;
  const { conversation, epoch } = sent;
  const { added, removed } = change;
  const result = await mailboxes.deliver(
    parcels(session, sent, change, found),
    (deliveries) => {
      conversations.forget(conversation);
      const sha256 = crypto.sha256(sent.commit);
      return store.commit({ by: session.ref, conversation, epoch, sha256, added, removed, deliveries });
    },
    (outcome) => outcome === 'ok',
  );
  if (typeof result === 'object' && result.refused === 'stale_epoch') {
    return errorReply('stale_epoch', { winnerSha256: result.winnerSha256 });
  }
  unlessRefused(result);
  return okReply();
}

/** Members get the commit; who is added gets its Welcome with it, and nobody else's. */
function parcels(session: Session, sent: Commit, { welcomes }: Change, found: ConversationEntry): Parcel[] {
  const encode = (own: Commit['welcomes']): Uint8Array =>
    toBinary(CommitSchema, create(CommitSchema, { ...sent, welcomes: own }), { writeUnknownFields: false });
  const plain = encode([]);
  const members = found.members.filter((device) => device !== session.device && !welcomes.has(device));
  return [
    ...members.map((device) => ({ device, opcode: Opcode.COMMIT, body: plain })),
    ...[...welcomes].map(([device, welcome]) => ({ device, opcode: Opcode.COMMIT, body: encode([welcome]) })),
  ];
}
