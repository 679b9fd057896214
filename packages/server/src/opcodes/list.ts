import { MAX_LIST, USERNAME_MAX } from '@parley/protocol';
import { ListRequestSchema } from '@parley/protocol/wire';
import type { Services } from '../services.ts';
import { request } from '../session/handler.ts';
import { listReply, protocolError, type Reply } from '../session/replies.ts';

const NAME_PART = new RegExp(`^[a-z0-9._-]{0,${USERNAME_MAX}}$`);

/** LIST (1): who is on line, a page at a time. */
export const list = request(ListRequestSchema, ({ services }, { prefix, after, limit }) => {
  if (!NAME_PART.test(prefix) || !NAME_PART.test(after) || limit > MAX_LIST) throw protocolError('malformed');
  return listPage(services, { prefix, after, limit: limit === 0 ? MAX_LIST : limit });
});

/** 1.3, the last message of the authentication phase: the first page of everybody. */
export function firstList(services: Services): Reply {
  return listPage(services, { prefix: '', after: '', limit: MAX_LIST });
}

function listPage({ online }: Services, query: { prefix: string; after: string; limit: number }): Reply {
  const { names, next } = online.page(query);
  return listReply({ online: names, next });
}
