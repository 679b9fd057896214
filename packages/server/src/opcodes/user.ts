import { create, fromBinary } from '@bufbuild/protobuf';
import { parseUsername } from '@parley/protocol';
import { SignedDeviceListSchema, UserQuerySchema, UserRecordSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, protocolError } from '../session/replies.ts';

/** USER (10): identity key and newest device list of a user. */
export const user = request(UserQuerySchema, async ({ services }, query) => {
  const entry = await services.store.findUser(parseUsername(query.username));
  if (entry === undefined) throw protocolError('unknown_user');
  const { username, identityKey, deviceList } = entry;
  const devices = fromBinary(SignedDeviceListSchema, deviceList);
  return okReply({ user: create(UserRecordSchema, { username, identityKey, devices }) });
});
