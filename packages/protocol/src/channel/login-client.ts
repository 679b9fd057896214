import { toBinary } from '@bufbuild/protobuf';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { ParleyError } from '../errors.ts';
import { type ClientLogin, ClientLoginSchema, type ServerHello, ServerHelloSchema } from '../gen/parley_pb.ts';
import { LOGIN_PAYLOAD_BYTES, LOGIN_PAYLOAD_LARGE_BYTES } from '../limits.ts';
import type { HandshakeState } from '../noise/handshake-state.ts';
import { decodeMessage } from '../wire/decode.ts';
import { Channel } from './channel.ts';
import { loginHandshake, Once, readingFromPeer } from './login.ts';
import { LENGTH_BYTES, pad, unpad } from './padding.ts';

/**
 * Starts a login: message 1.0, 1,216 bytes, and the state that waits for 1.1.
 * @param options channelKey: the device's X25519 key pair
 */
export function startLogin(
  crypto: CryptoProvider,
  options: { channelKey: KeyPair },
): { message: Uint8Array; next: AwaitingServerHello } {
  const handshake = loginHandshake(crypto, true, options.channelKey);
  const message = handshake.writeMessage(new Uint8Array(0));
  return { message, next: new AwaitingServerHello(handshake) };
}

/** The client has sent 1.0. */
export class AwaitingServerHello {
  readonly #handshake: Once<HandshakeState>;

  constructor(handshake: HandshakeState) {
    this.#handshake = new Once(handshake);
  }

  /**
   * Reads 1.1. The caller checks the hello against the pin and `serverKey` (the static key the server proved to have, 32 bytes)
   * before it logs in: until then nothing says whose key that is.
   * @throws ParleyError `bad_record`, `malformed`
   */
  receive(message: Uint8Array): { hello: ServerHello; serverKey: Uint8Array; next: ReadyToLogIn } {
    const handshake = this.#handshake.take();
    const hello = readingFromPeer(() => decodeMessage(ServerHelloSchema, unpad(handshake.readMessage(message))));
    return { hello, serverKey: handshake.remoteStatic, next: new ReadyToLogIn(handshake) };
  }
}

/** The client has read 1.1. */
export class ReadyToLogIn {
  readonly #handshake: Once<HandshakeState>;

  constructor(handshake: HandshakeState) {
    this.#handshake = new Once(handshake);
  }

  /**
   * Message 1.2 and the channel that 1.3 arrives in.
   * @throws ParleyError `too_large` when the login does not fit 4,096 bytes
   */
  login(login: ClientLogin): { message: Uint8Array; channel: Channel } {
    const content = toBinary(ClientLoginSchema, login);
    const size = LENGTH_BYTES + content.length <= LOGIN_PAYLOAD_BYTES ? LOGIN_PAYLOAD_BYTES : LOGIN_PAYLOAD_LARGE_BYTES;
    if (LENGTH_BYTES + content.length > size) throw new ParleyError('too_large', `a login of ${content.length} bytes`);
    const handshake = this.#handshake.take();
    const message = handshake.writeMessage(pad(content, size));
    return { message, channel: new Channel(handshake.split(), handshake.handshakeHash) };
  }
}
