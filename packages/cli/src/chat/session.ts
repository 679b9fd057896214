import type { ChatModel } from '@parley/client';
import { isUsername, MAX_TEXT_BYTES, utf8 } from '@parley/protocol';
import { explain } from '../explain.ts';
import { neutralize } from '../sanitize.ts';
import { helpLines } from './commands.ts';
import { describeDevices, describeSafetyNumber, exportTo, searchFor } from './lookups.ts';
import { parseTypedLine, type TypedLine } from './typed-line.ts';

type CommandLine = Extract<TypedLine, { kind: 'command' }>;

/** What the session needs of whoever shows it. */
export interface Display {
  /** Lines for people, neutralised. */
  say(lines: readonly string[]): void;
  /** The same of short lines, which may stand side by side. */
  list(lines: readonly string[]): void;
  /** Empties the screen, where there is one. */
  clear(): void;
  quit(): void;
  /** What can be done with keys, for /help. */
  readonly keys: readonly string[];
}

/**
 * What typed lines do, whoever shows it: the same in the line client and on the full terminal. Whom text goes to is the model's
 * current conversation.
 */
export class Session {
  readonly #model: ChatModel;
  readonly #display: Display;
  #sent = 0;
  #looking: Promise<void> = Promise.resolve();

  constructor(model: ChatModel, display: Display) {
    this.#model = model;
    this.#display = display;
  }

  /** False when it was not taken, which the user is told: it is to be typed no second time. */
  type(line: string): boolean {
    const typed = parseTypedLine(line);
    switch (typed.kind) {
      case 'nothing':
        return true;
      case 'mistake':
        return this.#refuse(typed.hint);
      case 'text':
        return this.#say(typed.text);
      case 'command':
        return this.#obey(typed);
    }
  }

  #obey({ name, user = '', text }: CommandLine): boolean {
    if (user !== '' && !isUsername(user))
      return this.#refuse(`${neutralize(user)} is no name of a user: names are 2-32 of a-z 0-9 . _ -`);
    const { client } = this.#model;
    switch (name) {
      case 'help':
        this.#display.list([...helpLines(), ...this.#display.keys]);
        break;
      case 'list':
        client.list();
        break;
      case 'request':
        return this.#request(user);
      case 'accept':
        return this.#accept(user);
      case 'refuse':
        if (client.isAskedBy(user)) this.#display.say([`You refused ${neutralize(user)}.`]);
        client.refuse(user);
        break;
      case 'cancel':
        if (client.people.asked.includes(user)) this.#display.say([`You took back what you asked ${neutralize(user)}.`]);
        client.cancel(user);
        break;
      case 'block':
        if (this.#model.state.current?.peer === user) this.#model.close();
        client.block(user);
        this.#display.say([`You hear no more of ${neutralize(user)}. This cannot be undone yet.`]);
        break;
      case 'msg':
        return text === undefined ? this.#open(user) : this.#sendOne(user, text);
      case 'close':
        this.#model.close();
        break;
      case 'verify':
        return this.#about(user, (peer) => describeSafetyNumber(client, peer));
      case 'devices':
        return this.#about(user === '' ? client.user : user, (name) => describeDevices(client, name));
      case 'search':
        this.#later(() => searchFor(this.#model, text ?? ''));
        break;
      case 'export':
        this.#later(() => exportTo(client.history, text ?? ''));
        break;
      case 'clear':
        this.#display.clear();
        break;
      case 'quit':
        this.#display.quit();
    }
    return true;
  }

  #request(user: string): boolean {
    const { client } = this.#model;
    if (user === client.user) return this.#refuse('You cannot ask yourself.');
    if (client.contact(user)?.blocked === true) return this.#refuse(blockedHint(user));
    if (!client.canTalkTo(user)) client.request(user);
    void this.#model.open(user);
    return true;
  }

  /** A conversation that is under way goes on: what is being typed is not meant for somebody who was accepted meanwhile. */
  #accept(user: string): boolean {
    const { client, state } = this.#model;
    if (client.isAskedBy(user)) {
      const current = state.current?.peer;
      if (current === undefined || current === user) void this.#model.open(user);
      else {
        const [name, other] = [user, current].map(neutralize);
        this.#display.say([`You accepted ${name}. What you write still goes to ${other}: /msg ${name} changes that.`]);
      }
    }
    client.accept(user);
    return true;
  }

  #open(user: string): boolean {
    const { talkingTo, asked } = this.#model.client.people;
    if (!talkingTo.includes(user) && !asked.includes(user)) return this.#refuseStranger(user);
    void this.#model.open(user);
    return true;
  }

  #sendOne(user: string, text: string): boolean {
    if (!this.#send(user, text)) return false;
    if (this.#model.state.current === undefined) void this.#model.open(user);
    return true;
  }

  #say(text: string): boolean {
    const current = this.#model.state.current?.peer;
    if (current === undefined)
      return this.#refuse('To whom? /request NAME asks somebody to talk, /msg NAME goes on with somebody.');
    return this.#send(current, text);
  }

  #send(user: string, text: string): boolean {
    const { client } = this.#model;
    // Whoever was accepted by the line before may be written to in a moment.
    if (!client.mayWriteTo(user) && !client.isBusyWith(user)) {
      const isAsked = client.people.asked.includes(user);
      return isAsked
        ? this.#refuse(`${neutralize(user)} has not answered yet: this can be sent then.`)
        : this.#refuseStranger(user);
    }
    const bytes = utf8(text).length;
    if (bytes > MAX_TEXT_BYTES)
      return this.#refuse(`This is too long: ${bytes} bytes of at most ${MAX_TEXT_BYTES}. Send it in parts.`);
    this.#sent += 1;
    this.#model.client.send(user, text, String(this.#sent));
    return true;
  }

  #about(user: string, describe: (peer: string) => readonly string[] | undefined): boolean {
    const peer = user === '' ? this.#model.state.current?.peer : user;
    if (peer === undefined) return this.#refuse('Whose? Write the name behind it.');
    const lines = describe(peer);
    if (lines === undefined) return this.#refuse(`This device knows nobody called ${neutralize(peer)}.`);
    this.#display.say(lines);
    return true;
  }

  #refuseStranger(user: string): boolean {
    if (this.#model.client.contact(user)?.blocked === true) return this.#refuse(blockedHint(user));
    return this.#refuse(`You and ${neutralize(user)} cannot talk yet: /request ${neutralize(user)} asks.`);
  }

  #refuse(hint: string): boolean {
    this.#display.say([hint]);
    return false;
  }

  /** What takes its time; one after the other, so that what is found stands in the order in which it was looked for. */
  #later(look: () => Promise<readonly string[]>): void {
    this.#looking = this.#looking.then(look).then(
      (found) => this.#display.say(found),
      (error: unknown) => this.#display.say([explain(error).line]),
    );
  }
}

function blockedHint(user: string): string {
  return `You have blocked ${neutralize(user)}, which cannot be undone yet.`;
}
