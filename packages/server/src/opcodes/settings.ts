import { parseUsername } from '@parley/protocol';
import { SettingsSchema } from '@parley/protocol/wire';
import { request } from '../session/handler.ts';
import { okReply, protocolError, type Reply, unlessRefused } from '../session/replies.ts';
import type { Session } from '../session/session.ts';

/** SETTINGS (17): block a user, or take a block back. The blocked user is not told. */
export const settings = request(SettingsSchema, (session, { change }) => {
  if (change.case === undefined) throw protocolError('malformed');
  const user = parseUsername(change.value);
  if (user === session.username) throw protocolError('malformed');
  return { later: setBlocked(session, user, change.case === 'block') };
});

async function setBlocked({ services, ref, username }: Session, user: string, blocked: boolean): Promise<Reply> {
  services.conversations.forgetUser(username);
  unlessRefused(await services.store.setBlocked({ by: ref, user, blocked, nowMs: services.clock.steadyMs() }));
  return okReply();
}
