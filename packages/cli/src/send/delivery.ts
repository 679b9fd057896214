import { randomUUID } from 'node:crypto';
import type { ClientErrorCode, ClientEvent, ParleyClient } from '@parley/client';
import { Exit, Failure, wrongUsage } from '../exit.ts';
import { note } from '../output.ts';
import { neutralize } from '../sanitize.ts';
import { type Happening, Happenings } from './happenings.ts';

/** What is said once and not waited for: the answer to a request that may be on its way, and the OK to the message. */
const ANSWER_MS = 10_000;
const OK_MS = 30_000;

const NOTHING_LEFT = 'nothing was sent, and nothing is left to be sent later';

/** These tell of something else that has come from the user, and end no wait for an answer. */
const OTHER_NEWS: ReadonlySet<ClientErrorCode> = new Set(['unreadable', 'cannot_show', 'invalid_consent']);

export interface Order {
  readonly to: string;
  readonly text: string;
  /** For the server, and for consent, however long. */
  readonly wait: boolean;
  /** As people write it. */
  readonly server: string;
}

/**
 * One message on its way, and what becomes of it: the server has it, or it will not be sent, or (where the connection broke in the
 * worst moment) it may be there already and stays in the vault, from where it goes out once.
 */
export class Delivery {
  readonly #order: Order;
  /** No other run has given a message this one. */
  readonly #tag = randomUUID();
  #message = '';

  constructor(order: Order) {
    this.#order = order;
  }

  /** What is about this message; all else is for who listens. */
  readonly takes = (event: ClientEvent): boolean =>
    'id' in event && event.id !== undefined && (event.id === this.#tag || event.id === this.#message);

  /**
   * Starts the client, which the caller ends.
   * @returns the id of the message, hex, which has the server's OK
   * @throws Failure; LoginError, ServerCheckError, VaultError
   */
  async run(client: ParleyClient, interrupted: AbortSignal): Promise<string> {
    const happenings = new Happenings(client, interrupted);
    await client.start();
    await this.#connect(happenings);
    this.#refuseBlocked(client);
    if ((await this.#handOver(client, happenings)) === 'no_consent') {
      await this.#agree(client, happenings);
      if ((await this.#handOver(client, happenings)) === 'no_consent') {
        throw new Failure(Exit.refused, `${this.#order.to} does not talk with you any more: nothing was sent`);
      }
    }
    return this.#message;
  }

  async #connect(happenings: Happenings): Promise<void> {
    const { wait, server } = this.#order;
    for (;;) {
      const { event } = await happenings.next();
      if (event === 'ready') return;
      if (event === 'interrupted') throw interruption();
      if (event !== 'offline') continue;
      if (!wait) throw new Failure(Exit.unreachable, `cannot reach the server at ${server}: ${NOTHING_LEFT}`);
      note(`The server at ${server} cannot be reached: waiting for it (Ctrl+C ends).`);
    }
  }

  /** @throws Failure where it was not sent for another reason than that the two have not agreed to talk */
  async #handOver(client: ParleyClient, happenings: Happenings): Promise<'sent' | 'no_consent'> {
    const { to, text, wait } = this.#order;
    this.#message = client.send(to, text, this.#tag);
    const callOff = wait ? () => {} : happenings.deadline(OK_MS);
    try {
      for (;;) {
        const happening = await happenings.next();
        if (this.#isSent(happening)) return 'sent';
        if (happening.event === 'error' && happening.id === this.#tag) {
          if (happening.code === 'no_consent') return 'no_consent';
          throw new Failure(Exit.refused, happening.message);
        }
        if (happening.event === 'interrupted' || happening.event === 'late') {
          const why =
            happening.event === 'late' ? new Failure(Exit.unreachable, `it could not be sent: ${NOTHING_LEFT}`) : interruption();
          return await this.#takeBack(client, happenings, why);
        }
      }
    } finally {
      callOff();
    }
  }

  /** Only one that has not been encrypted can be: the server may have the others. @throws `why`, where it was taken back */
  async #takeBack(client: ParleyClient, happenings: Happenings, why: Failure): Promise<'sent'> {
    const message = this.#message;
    client.delete(message);
    for (;;) {
      const happening = await happenings.next();
      if (this.#isSent(happening)) return 'sent';
      if (happening.event === 'deleted' && happening.id === message) throw why;
      if (happening.event !== 'error') continue;
      if (happening.id === this.#tag) throw new Failure(Exit.refused, happening.message);
      if (happening.id === message && happening.code === 'not_sent') break;
    }
    // While the server is there this waits for its answer.
    await client.quit();
    if (happenings.rest().some((happening) => this.#isSent(happening))) return 'sent';
    const to = neutralize(this.#order.to);
    throw new Failure(
      Exit.refused,
      `the server has not answered: the message may be there already; if not, it goes out when this account connects next: do not send it to ${to} again`,
    );
  }

  /** Returns when it is worth another try. @throws Failure where there is no consent, and none is to be had or waited for */
  async #agree(client: ParleyClient, happenings: Happenings): Promise<void> {
    const { to, wait } = this.#order;
    if (!wait && !client.hasAsked(to)) throw new Failure(Exit.refused, noConsent(to, client.isAskedBy(to)));
    if (wait && !client.canTalkTo(to)) {
      const isAsking = client.isAskedBy(to);
      note(
        isAsking
          ? `${to} asks to talk with you: accepting.`
          : `${to} has not agreed to talk with you: waiting for an answer (Ctrl+C ends).`,
      );
      client.request(to);
    }
    // What was asked before may have been answered: that is in the mailbox, and on its way.
    const callOff = wait ? () => {} : happenings.deadline(ANSWER_MS);
    try {
      while (!client.canTalkTo(to)) {
        const happening = await happenings.next();
        this.#endOfWait(happening);
      }
    } finally {
      callOff();
    }
    if (wait) note(`${to} has agreed.`);
  }

  #endOfWait(happening: Happening): void {
    const { to, server } = this.#order;
    if (happening.event === 'refused' && happening.by === to)
      throw new Failure(Exit.refused, `${to} refused to talk: nothing was sent`);
    if (happening.event === 'late')
      throw new Failure(Exit.refused, `${to} has not answered your request to talk: nothing was sent`);
    if (happening.event === 'interrupted') {
      throw new Failure(
        Exit.refused,
        `interrupted: ${NOTHING_LEFT}; your request stays: /cancel ${to} in "parley chat" takes it back`,
      );
    }
    // With an id it is about a message that an earlier chat has left.
    if (happening.event !== 'error' || happening.user !== to || happening.id !== undefined || OTHER_NEWS.has(happening.code))
      return;
    if (happening.code === 'refused_recently')
      throw new Failure(Exit.refused, `${to} has refused to talk: you can ask again after 7 days`);
    if (happening.code === 'unknown_user') throw wrongUsage(`there is no user ${to} on ${server}`);
    throw new Failure(Exit.refused, happening.message);
  }

  #refuseBlocked(client: ParleyClient): void {
    const { to } = this.#order;
    if (client.contact(to)?.blocked === true) throw new Failure(Exit.refused, `you have blocked ${to}: nothing was sent`);
  }

  #isSent(happening: Happening): boolean {
    return happening.event === 'sent' && happening.id === this.#tag;
  }
}

function interruption(): Failure {
  return new Failure(Exit.refused, `interrupted: ${NOTHING_LEFT}`);
}

function noConsent(to: string, isAsking: boolean): string {
  return isAsking
    ? `${to} asks to talk with you: accept first, by /accept ${to} in "parley chat" or by "parley send --wait ${to}"`
    : `${to} has not agreed to talk with you: ask first, by "parley send --wait ${to}" or by /request ${to} in "parley chat"`;
}
