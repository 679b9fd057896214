import type { ClientEvent, ParleyClient } from '@parley/client';
import { neutralize } from '../sanitize.ts';
import { describe } from './describe.ts';
import { HELP, parseTypedLine, type TypedLine } from './typed-line.ts';

/** What the plain client does with typed lines and with events; how lines get in and out is not its business. */
export class ConversationLines {
  readonly #client: ParleyClient;
  readonly #print: (line: string) => void;
  #current: string | undefined;
  #sent = 0;

  constructor(client: ParleyClient, print: (line: string) => void) {
    this.#client = client;
    this.#print = print;
  }

  /** Whom text goes to. */
  get current(): string | undefined {
    return this.#current;
  }

  show(event: ClientEvent): void {
    for (const line of describe(event, this.#client.user)) this.#print(line);
  }

  type(line: string): void {
    const typed = parseTypedLine(line);
    if (typed.kind === 'mistake') this.#print(typed.hint);
    else if (typed.kind === 'command') this.#obey(typed);
    else if (typed.kind === 'text') this.#say(typed.text);
  }

  #obey(command: Extract<TypedLine, { kind: 'command' }>): void {
    switch (command.name) {
      case 'help':
        for (const line of HELP) this.#print(line);
        break;
      case 'list':
        this.#client.list();
        break;
      case 'close':
        this.#current = undefined;
        break;
      case 'quit':
        void this.#client.quit();
        break;
      case 'msg':
        if (command.text === undefined) this.#writeTo(command.user);
        else this.#sendOne(command.user, command.text);
        break;
      case 'request':
        if (!this.#client.canTalkTo(command.user)) this.#client.request(command.user);
        this.#writeTo(command.user);
        break;
      case 'accept':
        if (this.#client.isAskedBy(command.user)) this.#meet(command.user);
        this.#client.accept(command.user);
        break;
      case 'refuse':
        if (this.#client.isAskedBy(command.user)) this.#print(`You refused ${neutralize(command.user)}.`);
        this.#client.refuse(command.user);
        break;
      default:
        this.#client[command.name](command.user);
    }
  }

  #writeTo(user: string): void {
    this.#current = user;
    this.#print(`What you write now goes to ${neutralize(user)}.`);
  }

  /** Somebody who was accepted. A conversation that is under way goes on: what is being typed is not meant for them. */
  #meet(user: string): void {
    this.#current ??= user;
    if (this.#current === user) {
      this.#writeTo(user);
      return;
    }
    const [name, current] = [user, this.#current].map(neutralize);
    this.#print(`You accepted ${name}. What you write still goes to ${current}: /msg ${name} changes that.`);
  }

  #sendOne(user: string, text: string): void {
    this.#current ??= user;
    this.#send(user, text);
  }

  #say(text: string): void {
    if (this.#current === undefined)
      this.#print('To whom? /request NAME asks somebody to talk, /msg NAME goes on with somebody.');
    else this.#send(this.#current, text);
  }

  #send(user: string, text: string): void {
    this.#sent += 1;
    this.#client.send(user, text, String(this.#sent));
  }
}
