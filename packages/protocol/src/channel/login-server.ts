import { toBinary } from '@bufbuild/protobuf';
import { DecodeError } from '../bytes/decode-error.ts';
import { padme } from '../bytes/padme.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { type ClientLogin, ClientLoginSchema, type ServerHello, ServerHelloSchema } from '../gen/parley_pb.ts';
import { HELLO_BYTES, LOGIN_PAYLOAD_BYTES, LOGIN_PAYLOAD_LARGE_BYTES, MIN_RECORD_PLAINTEXT } from '../limits.ts';
import type { HandshakeState } from '../noise/handshake-state.ts';
import { decodeMessage } from '../wire/decode.ts';
import { Channel } from './channel.ts';
import { loginHandshake, Once, readingFromPeer } from './login.ts';
import { LENGTH_BYTES, pad, unpad } from './padding.ts';

/** The server has accepted a connection. */
export class AwaitingClientHello {
  readonly #handshake: Once<HandshakeState>;

  /** @param options channelKey: the server's X25519 key pair, the one its certificate names */
  constructor(crypto: CryptoProvider, options: { channelKey: KeyPair }) {
    this.#handshake = new Once(loginHandshake(crypto, false, options.channelKey));
  }

  /**
   * Reads 1.0 and answers it with 1.1. A replayed 1.0 gets as far as this: an answer it cannot read.
   * @throws ParleyError `malformed`, `bad_record`
   */
  receive(message: Uint8Array, hello: ServerHello): { message: Uint8Array; next: AwaitingClientLogin } {
    const handshake = this.#handshake.take();
    const content = toBinary(ServerHelloSchema, hello);
    const answer = readingFromPeer(() => {
      if (message.length !== HELLO_BYTES) throw new DecodeError(`1.0 has ${HELLO_BYTES} bytes`);
      handshake.readMessage(message);
      // A key that fails its check in `ekem1` or `ee` shows only when the answer is written.
      return handshake.writeMessage(pad(content, padme(Math.max(MIN_RECORD_PLAINTEXT, LENGTH_BYTES + content.length))));
    });
    return { message: answer, next: new AwaitingClientLogin(handshake) };
  }
}

/** The server has sent 1.1. */
export class AwaitingClientLogin {
  readonly #handshake: Once<HandshakeState>;

  constructor(handshake: HandshakeState) {
    this.#handshake = new Once(handshake);
  }

  /**
   * Reads 1.2. `clientKey` is the static key the client proved to have, 32 bytes; the caller checks that the device it names
   * has that key.
   * @throws ParleyError `bad_record`, `malformed`
   */
  receive(message: Uint8Array): { login: ClientLogin; clientKey: Uint8Array; channel: Channel } {
    const handshake = this.#handshake.take();
    const login = readingFromPeer(() => {
      const payload = handshake.readMessage(message);
      if (payload.length !== LOGIN_PAYLOAD_BYTES && payload.length !== LOGIN_PAYLOAD_LARGE_BYTES) {
        throw new DecodeError('not the size of a login');
      }
      return decodeMessage(ClientLoginSchema, unpad(payload));
    });
    return { login, clientKey: handshake.remoteStatic, channel: new Channel(handshake.split(), handshake.handshakeHash) };
  }
}
