import { type ContactInfo, Contacts, canTalk, type OwnDeviceInfo } from './contacts.ts';
import type { Context } from './conversations/context.ts';
import { hasPending } from './conversations/requests.ts';
import { History } from './history.ts';
import { isAcceptedHere, type People, peopleOf } from './people.ts';
import { draftOf, type ReadMark, readMarkOf } from './views.ts';

/** What a client knows of itself and others, from its vault alone: nothing here asks a server, or changes anything. */
export abstract class Knowledge {
  protected abstract get context(): Context;

  get user(): string {
    return this.context.records.account.username;
  }

  /** What was said, as this device has it. */
  get history(): History {
    const { account, vault, conversations, outbox } = this.context.records;
    return new History({ user: account.username, vault, conversations: conversations.rows, outbox: outbox.rows });
  }

  /** What this device knows of a user; `undefined` where it has never seen their identity key. */
  contact(user: string): ContactInfo | undefined {
    return this.#contacts.get(user);
  }

  /** The devices of this user, as far as this one knows. */
  devices(): OwnDeviceInfo[] {
    return this.#contacts.devices();
  }

  get #contacts(): Contacts {
    const { environment, records } = this.context;
    return new Contacts({ crypto: environment.crypto, account: records.account, contacts: records.contacts.rows });
  }

  /** Whom this user has to do with. */
  get people(): People {
    return peopleOf(this.context.records);
  }

  readMark(user: string): ReadMark {
    return readMarkOf(this.context.records, user);
  }

  /** What was typed to this user and not sent. */
  draft(user: string): string {
    return draftOf(this.context.records, user);
  }

  /** Whether the two have agreed to talk, as far as this device knows. */
  canTalkTo(user: string): boolean {
    const contact = this.context.records.contacts.rows.get(user);
    return contact !== undefined && canTalk(contact);
  }

  /** Whether what is written to this user will be sent: the two can talk, or their request was accepted here. */
  mayWriteTo(user: string): boolean {
    return this.canTalkTo(user) || isAcceptedHere(this.context.records, user);
  }

  /** Whether a request of one's own to this user waits for an answer. */
  hasAsked(user: string): boolean {
    return hasPending(this.context, user, 'outgoing');
  }

  /** Whether a request of this user waits for an answer. */
  isAskedBy(user: string): boolean {
    return hasPending(this.context, user, 'incoming');
  }
}
