import type { Connection } from './connection.ts';

export interface Account {
  readonly domain: string;
  readonly name: string;
  readonly password: string;
  readonly resource: string;
}

/**
 * The login of RFC 6120 (section 9.1) without STARTTLS, since TLS, where there is any, came first (XEP-0368): a stream, SASL PLAIN, the
 * stream anew, a resource; then presence, since nothing is sent to who is not there.
 */
export async function logIn(connection: Connection, account: Account): Promise<void> {
  await openStream(connection, account.domain);
  const plain = Buffer.from(`\0${account.name}\0${account.password}`).toString('base64');
  connection.write(Buffer.from(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`));
  await answer(connection, 'success', /<success[^>]*(\/>|>.*?<\/success>)/s);
  const features = await openStream(connection, account.domain);
  const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${account.resource}</resource></bind>`;
  await request(connection, 'bind', bind);
  // RFC 3921; in today's servers it is optional, and does nothing.
  if (/<session [^>]*?(\/>|>(?!<optional))/.test(features)) {
    await request(connection, 'session', "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>");
  }
  connection.write(Buffer.from('<presence/>'));
  // It goes to all resources of the account, so that it comes back when it is known.
  await answer(connection, 'presence', /<presence [^>]*?(\/>|>.*?<\/presence>)/s);
}

async function openStream(connection: Connection, domain: string): Promise<string> {
  const attributes = `to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'`;
  connection.write(Buffer.from(`<?xml version='1.0'?><stream:stream ${attributes}>`));
  return await answer(connection, 'features', /<stream:features[^>]*(\/>|>.*?<\/stream:features>)/s);
}

async function request(connection: Connection, id: string, body: string): Promise<void> {
  connection.write(Buffer.from(`<iq type='set' id='${id}'>${body}</iq>`));
  await answer(connection, id, /<iq [^>]*?type='result'[^>]*(\/>|>.*?<\/iq>)/s);
}

/** What the server says until this has come. @throws with what it says where that is an error, or it ends */
async function answer(connection: Connection, what: string, expected: RegExp): Promise<string> {
  const bytes = await connection.read(what, (received) => {
    const text = received.toString('latin1');
    const match = expected.exec(text) ?? REFUSAL.exec(text);
    return match === null ? undefined : match.index + match[0].length;
  });
  const text = bytes.toString('latin1');
  if (expected.test(text)) return text;
  connection.close();
  throw new Error(`waited for ${what}, refused: ${text}`);
}

const REFUSAL = /<stream:error.*?<\/stream:error>|<failure.*?<\/failure>|<iq [^>]*?type='error'.*?<\/iq>/s;
