import { fromBinary } from '@bufbuild/protobuf';
import { equalBytes, hashKeyPackages, MAX_KEY_PACKAGE, Opcode } from '@parley/protocol';
import { ConsentKind, type Rtt, RttSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { errorReply, okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';
import { deliverToBoth, encodeConsent, type VerifiedConsent, verifyConsent } from './consent.ts';

/** RTT (2): "request to talk". The one thing that reaches a user who has not agreed to anything. */
export const rtt = request(RttSchema, async (session, asked) => {
  const { crypto } = session.services;
  const consent = await verifyConsent(session, asked, ConsentKind.RTT, hashKeyPackages(crypto, asked.keyPackages));
  if (consent.statement.conversation.length > 0) throw protocolError('unknown_conversation'); // an invitation to a group
  checkKeyPackages(session, asked, consent);
  return { later: openRequest(session, asked, consent) };
});

/** At most one for each device on the list, and one for the device that asks. */
function checkKeyPackages(session: Session, { keyPackages }: Rtt, { senderList }: VerifiedConsent): void {
  const left = [...senderList.devices];
  for (const { deviceId, keyPackage } of keyPackages) {
    const index = left.findIndex((device) => equalBytes(device.deviceId, deviceId));
    if (index === -1 || keyPackage.length === 0) throw protocolError('malformed');
    if (keyPackage.length > MAX_KEY_PACKAGE) throw protocolError('too_large');
    left.splice(index, 1);
  }
  if (left.some(({ deviceId }) => equalBytes(deviceId, session.deviceId))) throw protocolError('malformed');
}

async function openRequest(session: Session, asked: Rtt, consent: VerifiedConsent): Promise<Reply> {
  const { store } = session.services;
  const result = await deliverToBoth(
    session,
    consent,
    { opcode: Opcode.RTT, ...encodeConsent(session, RttSchema, asked, consent) },
    (newRequest) => store.openRequest(newRequest),
    // A hidden request looks sent to the devices of its sender, and is not shown to the user who has blocked it.
    (outcome, isOwnDevice) => outcome === 'ok' || (outcome === 'hidden' && isOwnDevice),
  );
  if (typeof result === 'object' && result.refused === 'crossed') {
    return errorReply('crossed', { crossedWith: fromBinary(RttSchema, result.first) });
  }
  unlessRefused(result);
  return okReply();
}
