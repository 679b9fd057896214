import { Opcode } from '@parley/protocol';
import { type Cancel, CancelSchema, ConsentKind } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import { deliverToBoth, encodeConsent, type VerifiedConsent, verifyConsent } from './consent.ts';

/** CANCEL (19): the requester takes a pending request back. */
export const cancel = request(CancelSchema, async (session, withdrawal) => {
  const consent = await verifyConsent(session, withdrawal, ConsentKind.CANCEL, new Uint8Array(0));
  const found = await session.services.store.findRequest(consent.statement.requestId);
  return { later: cancelRequest(session, withdrawal, consent, found?.hidden ?? false) };
});

async function cancelRequest(session: Session, withdrawal: Cancel, consent: VerifiedConsent, isHidden: boolean): Promise<Reply> {
  const { store } = session.services;
  const result = await deliverToBoth(
    session,
    consent,
    { opcode: Opcode.CANCEL, ...encodeConsent(session, CancelSchema, withdrawal, consent) },
    (answered) => store.cancelRequest(answered),
    // The user who blocks never saw a hidden request, and does not see its end.
    (outcome, isOwnDevice) => outcome === 'ok' && (isOwnDevice || !isHidden),
  );
  unlessRefused(result);
  return okReply();
}
