import { create, fromBinary } from '@bufbuild/protobuf';
import {
  type Channel,
  type Frame,
  Opcode,
  PROTOCOL_VERSIONS,
  startLogin,
  WEBSOCKET_PATH,
  WEBSOCKET_SUBPROTOCOL,
} from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ClientLoginSchema, ErrorSchema } from '@parley/protocol/wire';
import { WebSocket } from 'ws';
import type { LoadAccount } from '../servers/parley-accounts.ts';

/** A connection after its login. */
export interface LoggedIn {
  readonly webSocket: WebSocket;
  readonly channel: Channel;
  /** What came in one record with 1.3. */
  readonly rest: readonly Frame[];
  /** Records behind that. More come in as long as nobody else listens. */
  readonly arrived: readonly Buffer[];
}

/**
 * Messages 1.0 to 1.3. The server's certificate is not looked at: it is ours.
 * @param position up to which the mailbox was ACKed before
 * @throws where the connection ends, or the server says something else than LIST
 */
export async function logIn(port: number, account: LoadAccount, position: bigint): Promise<LoggedIn> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}${WEBSOCKET_PATH}`, WEBSOCKET_SUBPROTOCOL, { perMessageDeflate: false });
  webSocket.binaryType = 'nodebuffer';
  const { message: hello, next } = startLogin(crypto, { channelKey: account.channel });
  webSocket.on('open', () => webSocket.send(hello));
  const arrived: Buffer[] = [];
  const receive = receiver(webSocket, arrived);
  const { next: ready } = next.receive(await receive());
  const { message: login, channel } = ready.login(
    create(ClientLoginSchema, {
      version: PROTOCOL_VERSIONS[0] as number,
      username: account.username,
      deviceId: account.deviceId,
      clientVersion: 'bench/1',
      position,
    }),
  );
  webSocket.send(login);
  const [first, ...rest] = channel.open(await receive());
  if (first?.opcode !== Opcode.LIST) throw new Error(first === undefined ? 'no LIST' : `no LIST but ${describe(first)}`);
  return { webSocket, channel, rest, arrived };
}

/** A frame for who reads why a client was cut off. */
export function describe({ opcode, body }: Frame): string {
  return opcode === Opcode.ERROR ? `ERROR ${fromBinary(ErrorSchema, body).code}` : `opcode ${opcode}`;
}

/** Puts what comes into `arrived`; the function takes the oldest out, or waits for it. Rejects when the connection ends. */
function receiver(webSocket: WebSocket, arrived: Buffer[]): () => Promise<Buffer> {
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {}); // nobody may be waiting
  webSocket.on('error', over.reject);
  webSocket.on('close', (code) => over.reject(new Error(`closed with ${code}`)));
  let wake = (): void => {};
  webSocket.on('message', (data: Buffer) => {
    arrived.push(data);
    wake();
  });
  return async () => {
    if (arrived.length === 0) {
      const came = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([came, over.promise]);
    }
    return arrived.shift() as Buffer;
  };
}
