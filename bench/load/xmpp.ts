import { Connection, serverAt } from './connection.ts';
import type { Endpoint, Protocol } from './endpoint.ts';
import { Occurrences } from './occurrences.ts';
import { Outgoing } from './outgoing.ts';
import type { Target } from './target.ts';
import { logIn } from './xmpp-login.ts';

const RESOURCE = 'b';
const END_OF_STREAM = Buffer.from('</stream:stream>');

/** XMPP without stream management, which is to say that nobody answers a message. */
export function xmppProtocol(target: Target & { readonly protocol: 'xmpp' }): Protocol {
  const { domain, password } = target;
  const server = serverAt(target);
  const body = 'x'.repeat(target.messageBytes);
  return {
    confirms: false,
    async connect(index) {
      const connection = await Connection.open(server);
      await logIn(connection, { domain, name: `c${index}`, password, resource: RESOURCE });
      const message = `<message to='c${index ^ 1}@${domain}/${RESOURCE}' type='chat'><body>${body}</body></message>`;
      return new XmppEndpoint(connection, Buffer.from(message));
    },
  };
}

class XmppEndpoint implements Endpoint {
  readonly #connection: Connection;
  readonly #outgoing: Outgoing;
  readonly #messages = new Occurrences('</message>');
  /** Of a message that comes back, since nobody was there to get it, and of the end of the stream. */
  readonly #errors = [new Occurrences("type='error'"), new Occurrences('<stream:error')];
  onArrived: (count: number) => void = () => {};
  onConfirmed: (count: number) => void = () => {};
  onLost: (reason: string) => void = () => {};

  constructor(connection: Connection, message: Uint8Array) {
    this.#connection = connection;
    this.#outgoing = new Outgoing(connection, message);
    connection.onLost = (reason) => this.onLost(reason);
    connection.stream((bytes) => this.#read(bytes));
  }

  send(count: number): void {
    this.#outgoing.send(count);
  }

  close(): void {
    this.#connection.close(END_OF_STREAM);
  }

  #read(bytes: Buffer): void {
    for (const error of this.#errors) {
      if (error.count(bytes) > 0) this.#connection.fail(`the server said ${bytes.toString('latin1').slice(0, 500)}`);
    }
    const count = this.#messages.count(bytes);
    if (count > 0) this.onArrived(count);
  }
}
