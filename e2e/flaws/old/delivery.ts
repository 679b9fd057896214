import { type OldBehaviour, protocol, server } from '../old-behaviour.ts';

/** The flaws that ../delivery.test.ts answers. */
export const DELIVERY: readonly OldBehaviour[] = [
  {
    flaw: 19,
    what: 'everybody waits for the slowest',
    changes: [
      server(
        'session/pace.ts',
        'if (!session.hasRoom && !session.connection.isOver) return session.room();',
        'for (const other of session.services.online.sessions()) if (!other.hasRoom) return other.room();',
      ),
    ],
  },
  {
    flaw: 20,
    what: 'requests wait without end',
    changes: [server('store/sqlite/requests.ts', '>= MAX_PENDING_SENT', '< 0')],
  },
  {
    flaw: 20,
    what: 'frames in part wait without end',
    changes: [
      server('session/partial-frames.ts', 'now > before && this.#bytes > this.#maxBytes', 'now > before && this.#bytes < 0'),
    ],
  },
  {
    flaw: 23,
    what: 'who knows the id of a conversation may write to it',
    changes: [
      server('opcodes/message.ts', "if (parcels.length === found.members.length) throw protocolError('not_member');", ''),
    ],
  },
  {
    flaw: 23,
    what: 'one can ask oneself',
    changes: [
      protocol(
        'identity/consent.ts',
        "if (statement.from === statement.to) throw malformed('a request is between two users');",
        '',
      ),
      server('store/sqlite/consent.ts', 'device.username !== from || from === to', 'device.username !== from'),
    ],
  },
  {
    flaw: 24,
    what: 'the older session of a device stays',
    changes: [server('session/enter.ts', "replaced?.end('replaced');", '')],
  },
  {
    flaw: 25,
    what: 'who leaves takes a newer session of the name along',
    changes: [server('delivery/online.ts', 'devices?.get(session.device) !== session', 'devices === undefined')],
  },
  {
    flaw: 28,
    what: 'OK comes before anything is written',
    changes: [
      server(
        'opcodes/message.ts',
        'return { later: appended.then(answer) };',
        'void appended.then(answer);\n  return okReply();',
      ),
    ],
  },
];
