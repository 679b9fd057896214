import { type OldBehaviour, protocol, server } from '../old-behaviour.ts';

/** The flaws that ../process.test.ts answers. */
export const PROCESS: readonly OldBehaviour[] = [
  {
    flaw: 14,
    what: 'an error of a peer ends the process',
    changes: [
      server(
        'session/dispatch.ts',
        'session.answerError(error, frame.sequence, frame.opcode);\n  }\n  return undefined;',
        'process.exit(1);\n  }\n  return undefined;',
      ),
    ],
  },
  {
    flaw: 15,
    what: 'what a socket does not take at once is dropped',
    changes: [
      server(
        'transport/connection.ts',
        'if (this.#ended) return;\n    this.#socket.cork();',
        'if (this.#ended || this.bufferedBytes > 0) return;\n    this.#socket.cork();',
      ),
    ],
  },
  {
    flaw: 16,
    what: 'whoever waits for the rest of a frame asks over and over',
    changes: [
      server(
        'session/open-record.ts',
        'session.countPartialFrame();',
        'session.countPartialFrame();\n  const ask = (): void => void (session.channel.partialBytes > 0 && setImmediate(ask));\n  ask();',
      ),
    ],
  },
  {
    flaw: 17,
    what: 'there is no deadline',
    changes: [
      server('transport/admission.ts', 'this.#cancel ??= this.#clock.after(this.#timeoutMs, () => this.socket.destroy());', ''),
    ],
  },
  {
    flaw: 17,
    what: 'who is there first keeps others out',
    changes: [
      server(
        'transport/admission.ts',
        'if (this.#guests.size >= maxHandshakesInProgress || this.#visitors.size >= maxConnections) this.#dropOldestGuest();',
        'if (this.#guests.size >= maxHandshakesInProgress) return false;',
      ),
    ],
  },
  {
    flaw: 18,
    what: 'a server looks for work all the time',
    changes: [
      server(
        'transport/heartbeat.ts',
        'readonly #clock: Clock;',
        'readonly #spin = setImmediate(function spin() { setImmediate(spin); });\n  readonly #clock: Clock;',
      ),
    ],
  },
  {
    flaw: 26,
    what: 'keys are left as they are',
    changes: [protocol('bytes/bytes.ts', 'for (const secret of secrets) secret.fill(0);', 'void secrets;')],
  },
  {
    flaw: 26,
    what: 'each packet leaves something behind',
    changes: [
      server(
        'session/open-record.ts',
        'session.countPartialFrame();',
        'session.countPartialFrame();\n  (globalThis.packets ??= []).push(record.slice());',
      ),
    ],
  },
];
