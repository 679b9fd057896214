import { decodeMessage, type Frame, Opcode } from '@parley/protocol';
import { accept } from '../opcodes/accept.ts';
import { ack } from '../opcodes/ack.ts';
import { cancel } from '../opcodes/cancel.ts';
import { commit } from '../opcodes/commit.ts';
import { keys } from '../opcodes/keys.ts';
import { list } from '../opcodes/list.ts';
import { message } from '../opcodes/message.ts';
import { quit } from '../opcodes/quit.ts';
import { refuse } from '../opcodes/refuse.ts';
import { replace } from '../opcodes/replace.ts';
import { rtt } from '../opcodes/rtt.ts';
import { settings } from '../opcodes/settings.ts';
import { user } from '../opcodes/user.ts';
import type { Handler } from './handler.ts';
import { errorReply, type Reply } from './replies.ts';
import type { Session } from './session.ts';

/** What a client may send. Everything else is `unknown_opcode`. */
const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [Opcode.QUIT, quit],
  [Opcode.LIST, list],
  [Opcode.RTT, rtt],
  [Opcode.ACCEPT, accept],
  [Opcode.REFUSE, refuse],
  [Opcode.MESSAGE, message],
  [Opcode.COMMIT, commit],
  [Opcode.ACK, ack],
  [Opcode.USER, user],
  [Opcode.KEYS, keys],
  [Opcode.SETTINGS, settings],
  [Opcode.CANCEL, cancel],
  [Opcode.REPLACE, replace],
]);

/**
 * Has one frame handled. Resolves when the next frame of this connection may be handled; the reply may come later. Never
 * rejects: what goes wrong becomes an ERROR, and ends the session where the code says so.
 */
export async function dispatch(session: Session, frame: Frame): Promise<void> {
  const handler = HANDLERS.get(frame.opcode);
  if (handler === undefined) return session.send(errorReply('unknown_opcode'), frame.sequence);
  try {
    if (handler.isRequest) session.countRequest(frame.sequence);
    const answer = await handler.handle(session, decodeMessage(handler.schema, frame.body), frame.sequence);
    if (answer === undefined) return;
    if ('later' in answer) sendLater(session, frame, frame.body.length + (answer.replyBytes ?? 0), answer.later);
    else session.send(answer, frame.sequence);
  } catch (error) {
    session.answerError(error, frame.sequence, frame.opcode);
  }
}

function sendLater(session: Session, { opcode, sequence }: Omit<Frame, 'body'>, bytes: number, later: Promise<Reply>): void {
  session.work.begin(bytes);
  later
    .then((reply) => session.send(reply, sequence))
    .catch((error: unknown) => session.answerError(error, sequence, opcode))
    .finally(() => session.work.end(bytes));
}
