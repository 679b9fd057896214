import type { Reply } from '../../../packages/server/src/session/replies.ts';
import { Session } from '../../../packages/server/src/session/session.ts';
import type { MailboxItem } from '../../../packages/server/src/store/entries.ts';

export type { MailboxItem, Session };

/** An answer to the request of this number, or (0) something that nobody has asked for. */
export interface Said extends Reply {
  readonly sequence: number;
}

/** What comes in the place of what a session was about to send. */
interface Tap {
  push(item: MailboxItem, to: Session): readonly MailboxItem[];
  say(said: Said, to: Session): readonly Said[];
}

/** From now on all that sessions of this process send goes through a tap, until it is disposed of. */
export function tapSessions(tap: Tap): Disposable {
  const { push, send } = Session.prototype;
  Session.prototype.push = function (item) {
    for (const each of tap.push(item, this)) push.call(this, each);
  };
  Session.prototype.send = function (reply, sequence = 0) {
    for (const each of tap.say({ ...reply, sequence }, this)) send.call(this, each, each.sequence);
  };
  return {
    [Symbol.dispose]() {
      Object.assign(Session.prototype, { push, send });
    },
  };
}
