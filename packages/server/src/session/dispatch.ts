import { type Frame, Opcode } from '@parley/protocol';
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
import type { Answer, Handler } from './handler.ts';
import { errorReply, okReply } from './replies.ts';
import { SafeReply } from './safe-reply.ts';
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
 * Has one frame handled. Where it returns a promise the next frame of this connection waits for that; the reply may come later. Never throws
 * and never rejects: what goes wrong becomes an ERROR, and ends the session where the code says so.
 */
export function dispatch(session: Session, frame: Frame): Promise<void> | undefined {
  const handler = HANDLERS.get(frame.opcode);
  if (handler === undefined) {
    session.send(errorReply('unknown_opcode'), frame.sequence);
    return undefined;
  }
  try {
    if (handler.isRequest) session.countRequest(frame.sequence);
    const answer = handler.handle(session, frame.body);
    if (answer instanceof Promise) return dispatchLater(session, frame, answer);
    reply(session, frame, answer);
  } catch (error) {
    session.answerError(error, frame.sequence, frame.opcode);
  }
  return undefined;
}

async function dispatchLater(session: Session, frame: Frame, answer: Promise<Answer>): Promise<void> {
  try {
    reply(session, frame, await answer);
  } catch (error) {
    session.answerError(error, frame.sequence, frame.opcode);
  }
}

function reply(session: Session, { opcode, sequence, body }: Frame, answer: Answer): void {
  if (answer === undefined) return;
  if (answer instanceof SafeReply) {
    session.work.begin(body.length);
    answer.whenSafe(() => {
      session.send(okReply(), sequence);
      session.work.end(body.length);
    });
  } else if ('opcode' in answer) session.send(answer, sequence);
  else {
    const bytes = body.length + (answer.replyBytes ?? 0);
    session.work.begin(bytes);
    answer.later
      .then((late) => session.send(late, sequence))
      .catch((error: unknown) => session.answerError(error, sequence, opcode))
      .finally(() => session.work.end(bytes));
  }
}
