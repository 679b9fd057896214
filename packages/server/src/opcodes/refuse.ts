import { Opcode } from '@parley/protocol';
import { ConsentKind, type Refuse, RefuseSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import { deliverToBoth, encodeConsent, type VerifiedConsent, verifyConsent } from './consent.ts';

/** REFUSE (4): the asked user does not want to talk. */
export const refuse = request(RefuseSchema, async (session, answer) => {
  const consent = await verifyConsent(session, answer, ConsentKind.REFUSE, new Uint8Array(0));
  return { later: refuseRequest(session, answer, consent) };
});

async function refuseRequest(session: Session, answer: Refuse, consent: VerifiedConsent): Promise<Reply> {
  const { store } = session.services;
  const result = await deliverToBoth(
    session,
    consent,
    { opcode: Opcode.REFUSE, ...encodeConsent(session, RefuseSchema, answer, consent) },
    (answered) => store.refuseRequest(answered),
    (outcome) => outcome === 'ok',
  );
  unlessRefused(result);
  return okReply();
}
