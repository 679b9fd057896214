import { fromBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { ListRequestSchema, UserListSchema } from '@parley/protocol/wire';
import type { TestClient } from '../../packages/server/test/support/client.ts';

/** The names that LIST shows a client now. */
export async function onlineFor(client: TestClient): Promise<string[]> {
  const { body } = await client.request(Opcode.LIST, ListRequestSchema, {});
  return fromBinary(UserListSchema, body).online;
}
