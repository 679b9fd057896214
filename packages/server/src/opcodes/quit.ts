import { QuitSchema } from '@parley/protocol/wire';
import { notice } from '../session/handler.ts';

/** QUIT (0): the user leaves. What was asked before is answered first. */
export const quit = notice(QuitSchema, async (session) => {
  await session.work.idle();
  session.end('bye');
  return undefined;
});
