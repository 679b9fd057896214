import { hashWelcome, MAX_MEMBERS, Opcode } from '@parley/protocol';
import { type Accept, AcceptSchema, ConsentKind } from '@parley/protocol/wire';
import { introduce } from '../delivery/presence.ts';
import { request } from '../session/handler.ts';
import { okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import type { DeviceKey } from '../store/device-key.ts';
import { deliverToBoth, encodeConsent, type VerifiedConsent, verifyConsent } from './consent.ts';
import { readDeviceRef } from './device-ref.ts';

/** ACCEPT (3): the asked user agrees, with the Welcome into the conversation it has made. */
export const accept = request(AcceptSchema, async (session, answer) => {
  const { members, welcome, epoch } = answer;
  // The store checks whose devices the members are.
  if (members.length > MAX_MEMBERS || welcome.length === 0 || epoch === 0n) throw protocolError('malformed');
  const memberKeys = members.map(readDeviceRef);
  const welcomeSha256 = hashWelcome(session.services.crypto, welcome);
  const consent = await verifyConsent(session, answer, ConsentKind.ACCEPT, welcomeSha256);
  return { later: acceptRequest(session, answer, memberKeys, consent) };
});

async function acceptRequest(session: Session, answer: Accept, members: DeviceKey[], consent: VerifiedConsent): Promise<Reply> {
  const { store } = session.services;
  const { suite, epoch } = answer;
  const { conversation } = consent.statement;
  const result = await deliverToBoth(
    session,
    consent,
    { opcode: Opcode.ACCEPT, ...encodeConsent(session, AcceptSchema, answer, consent) },
    (answered) => store.acceptRequest({ ...answered, conversation, suite, epoch, members }),
    (outcome) => outcome === 'ok',
  );
  unlessRefused(result);
  introduce(session.services.online, session.username, consent.recipient.username);
  return okReply();
}
