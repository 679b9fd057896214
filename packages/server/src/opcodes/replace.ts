import { hashWelcome, MAX_MEMBERS, Opcode } from '@parley/protocol';
import { ConsentKind, type Replace, ReplaceSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { errorReply, okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import type { DeviceKey } from '../store/device-key.ts';
import { deliverToBoth, encodeConsent, type VerifiedConsent, verifyConsent } from './consent.ts';
import { readDeviceRef } from './device-ref.ts';

/** REPLACE (20): a device that cannot go on in a one-to-one conversation gives it a fresh group. The first one for it wins. */
export const replace = request(ReplaceSchema, async (session, sent) => {
  const { members, welcome, epoch } = sent;
  // The store checks whose devices the members are.
  if (members.length > MAX_MEMBERS || welcome.length === 0 || epoch === 0n) throw protocolError('malformed');
  const memberKeys = members.map(readDeviceRef);
  const consent = await verifyConsent(session, sent, ConsentKind.REPLACE, hashWelcome(session.services.crypto, welcome));
  return { later: replaceConversation(session, sent, memberKeys, consent) };
});

async function replaceConversation(
  session: Session,
  sent: Replace,
  members: DeviceKey[],
  consent: VerifiedConsent,
): Promise<Reply> {
  const { store, conversations } = session.services;
  const { suite, epoch } = sent;
  const { conversation, requestId: replaced } = consent.statement;
  const result = await deliverToBoth(
    session,
    consent,
    { opcode: Opcode.REPLACE, ...encodeConsent(session, ReplaceSchema, sent, consent) },
    (replacement) => {
      conversations.forget(replaced);
      return store.replaceConversation({ ...replacement, conversation, suite, epoch, members });
    },
    (outcome) => outcome === 'ok',
  );
  if (typeof result === 'object' && result.refused === 'stale_epoch') {
    return errorReply('stale_epoch', { winnerConversation: result.winner });
  }
  unlessRefused(result);
  return okReply();
}
