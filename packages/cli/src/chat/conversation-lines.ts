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
        this.#current ??= command.user;
        this.#send(command.user, command.text);
        break;
      case 'request':
      case 'accept':
        this.#current = command.user;
        this.#client[command.name](command.user);
        this.#print(`What you write now goes to ${neutralize(command.user)}.`);
        break;
      default:
        this.#client[command.name](command.user);
    }
  }

  #say(text: string): void {
    if (this.#current === undefined) this.#print('To whom? /request NAME asks somebody to talk, /msg NAME TEXT writes.');
    else this.#send(this.#current, text);
  }

  #send(user: string, text: string): void {
    this.#sent += 1;
    this.#client.send(user, text, String(this.#sent));
  }
}
