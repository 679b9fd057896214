import { create } from '@bufbuild/protobuf';
import {
  DEVICE_ID_BYTES,
  KEY_PACKAGES_LOW,
  MAX_DEVICES,
  MAX_KEY_PACKAGE,
  MAX_KEY_PACKAGES,
  parseUsername,
} from '@parley/protocol';
import { type KeysClaim, type KeysPublish, KeysRequestSchema, KeysResultSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';

/** KEYS (11): publish KeyPackages of this device, or claim one for each device of a user whose consent stands. */
export const keys = request(KeysRequestSchema, (session, { what }) => {
  switch (what.case) {
    case 'publish':
      checkPublish(what.value);
      return { later: publish(session, what.value) };
    case 'claim':
      checkClaim(what.value);
      return { later: claim(session, what.value), replyBytes: what.value.deviceIds.length * MAX_KEY_PACKAGE };
    default:
      throw protocolError('malformed');
  }
});

function checkPublish({ oneTime, lastResort }: KeysPublish): void {
  if (oneTime.length === 0 && lastResort.length === 0) throw protocolError('malformed');
  if (oneTime.length > MAX_KEY_PACKAGES) throw protocolError('too_large');
  if ([...oneTime, lastResort].some((keyPackage) => keyPackage.length > MAX_KEY_PACKAGE)) throw protocolError('too_large');
  if (oneTime.some((keyPackage) => keyPackage.length === 0)) throw protocolError('malformed');
}

function checkClaim({ username, deviceIds }: KeysClaim): void {
  parseUsername(username);
  if (deviceIds.length === 0 || deviceIds.length > MAX_DEVICES) throw protocolError('malformed');
  if (deviceIds.some((deviceId) => deviceId.length !== DEVICE_ID_BYTES)) throw protocolError('malformed');
}

async function publish({ services, ref }: Session, { oneTime, lastResort }: KeysPublish): Promise<Reply> {
  const result = await services.store.publishKeys({
    by: ref,
    oneTime,
    lastResort: lastResort.length === 0 ? undefined : lastResort,
  });
  return okReply({ keys: create(KeysResultSchema, { low: unlessRefused(result).left < KEY_PACKAGES_LOW }) });
}

async function claim({ services, ref }: Session, { username, deviceIds }: KeysClaim): Promise<Reply> {
  const result = await services.store.claimKeys({ by: ref, username, deviceIds, nowMs: services.clock.steadyMs() });
  const { keyPackages, left } = unlessRefused(result);
  return okReply({ keys: create(KeysResultSchema, { keyPackages, low: left < KEY_PACKAGES_LOW }) });
}
