import { create } from '@bufbuild/protobuf';
import { AwaitingClientHello, type Channel, type CryptoProvider, type KeyPair, startLogin } from '@parley/protocol';
import { type ClientLogin, ClientLoginSchema, type ServerHello, ServerHelloSchema } from '@parley/protocol/wire';

export const HELLO: ServerHello = create(ServerHelloSchema, {
  serverCertificate: new Uint8Array(500).fill(1),
  caCertificate: new Uint8Array(400).fill(2),
  crl: new Uint8Array(200).fill(3),
  serverTimeMs: 1_700_000_000_000n,
  versions: [1],
  features: ['a feature'],
});

export const LOGIN: ClientLogin = create(ClientLoginSchema, {
  version: 1,
  username: 'alice',
  deviceId: new Uint8Array(8).fill(4),
  clientVersion: 'test',
  position: 2n ** 40n,
});

export interface Login {
  readonly clientKeys: KeyPair;
  readonly serverKeys: KeyPair;
  /** The messages as they were on the wire. */
  readonly messages: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly hello: ServerHello;
  readonly login: ClientLogin;
  readonly serverKey: Uint8Array;
  readonly clientKey: Uint8Array;
  readonly client: Channel;
  readonly server: Channel;
}

/** A whole login between two providers. */
export function logIn(clientCrypto: CryptoProvider, serverCrypto = clientCrypto, clientLogin = LOGIN): Login {
  const clientKeys = clientCrypto.x25519.generate();
  const serverKeys = serverCrypto.x25519.generate();
  const first = startLogin(clientCrypto, { channelKey: clientKeys });
  const second = new AwaitingClientHello(serverCrypto, { channelKey: serverKeys }).receive(first.message, HELLO);
  const { hello, serverKey, next } = first.next.receive(second.message);
  const third = next.login(clientLogin);
  const { login, clientKey, channel } = second.next.receive(third.message);
  return {
    clientKeys,
    serverKeys,
    messages: [first.message, second.message, third.message],
    hello,
    login,
    serverKey,
    clientKey,
    client: third.channel,
    server: channel,
  };
}
