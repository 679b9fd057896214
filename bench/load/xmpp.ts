import { Connection, serverAt } from './connection.ts';
import type { Protocol } from './endpoint.ts';
import { Occurrences } from './occurrences.ts';
import { StreamEndpoint } from './stream-endpoint.ts';
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
      return new StreamEndpoint(connection, {
        message: Buffer.from(message),
        lastWord: END_OF_STREAM,
        count: counterOf(connection),
      });
    },
  };
}

/** Counts the messages in a stream. What comes back, since nobody was there to get it, or the end of the stream, is a failure. */
function counterOf(connection: Connection): (bytes: Buffer) => number {
  const messages = new Occurrences('</message>');
  const errors = [new Occurrences("type='error'"), new Occurrences('<stream:error')];
  return (bytes) => {
    for (const error of errors) {
      if (error.count(bytes) > 0) connection.fail(`the server said ${bytes.toString('latin1').slice(0, 500)}`);
    }
    return messages.count(bytes);
  };
}
