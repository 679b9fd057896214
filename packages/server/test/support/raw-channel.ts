import { create, toBinary } from '@bufbuild/protobuf';
import { concat, LOGIN_PAYLOAD_BYTES, padme } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { ClientLoginSchema } from '@parley/protocol/wire';
import { loginHandshake } from '../../../protocol/src/channel/login.ts';
import { pad } from '../../../protocol/src/channel/padding.ts';
import type { CipherState } from '../../../protocol/src/noise/cipher-state.ts';
import type { Account } from './account.ts';
import { RawSocket } from './raw-socket.ts';

/** A channel whose records a test makes by hand: it can say what no honest client would. */
export class RawChannel {
  readonly socket: RawSocket;
  /** 1.3, as it came. */
  readonly firstRecord: Uint8Array;
  readonly #sending: CipherState;

  private constructor(socket: RawSocket, firstRecord: Uint8Array, sending: CipherState) {
    this.socket = socket;
    this.firstRecord = firstRecord;
    this.#sending = sending;
  }

  static async logIn(port: number, account: Account): Promise<RawChannel> {
    const { channel: channelKey, deviceId } = account.device();
    const socket = await RawSocket.open(port);
    const handshake = loginHandshake(crypto, true, channelKey);
    socket.send(handshake.writeMessage(new Uint8Array(0)));
    handshake.readMessage((await socket.receive())!);
    const login = create(ClientLoginSchema, { version: 1, username: account.username, deviceId });
    socket.send(handshake.writeMessage(pad(toBinary(ClientLoginSchema, login), LOGIN_PAYLOAD_BYTES)));
    return new RawChannel(socket, (await socket.receive())!, handshake.split().sending);
  }

  /** A piece of the frame stream, in a record of its own. */
  sendStream(piece: Uint8Array): void {
    this.sendPlaintext(pad(piece, padme(Math.max(256, piece.length + 2))));
  }

  sendPlaintext(plaintext: Uint8Array): void {
    this.socket.send(this.#sending.encryptWithAd(new Uint8Array(0), plaintext));
  }
}

export function frame(opcode: number, sequence: number, body: Uint8Array): Uint8Array {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint32(0, (opcode << 24) | body.length);
  view.setUint32(4, sequence);
  return concat(header, body);
}
