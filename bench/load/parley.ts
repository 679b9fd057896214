import { create } from '@bufbuild/protobuf';
import {
  type Channel,
  type Frame,
  MESSAGE_ID_BYTES,
  Opcode,
  PROTOCOL_VERSIONS,
  startLogin,
  WEBSOCKET_PATH,
  WEBSOCKET_SUBPROTOCOL,
} from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { AckSchema, ClientLoginSchema, ErrorSchema, MessageSchema } from '@parley/protocol/wire';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { WebSocket } from 'ws';
import { type LoadAccount, readAccounts } from '../servers/parley-accounts.ts';
import type { Endpoint, Protocol } from './endpoint.ts';
import { Positions } from './positions.ts';
import type { Target } from './target.ts';
import { atEndOfTurn } from './turn.ts';

/** The whole protocol: the login, records, frames, OK and ACK. The ciphertext of a message is any bytes: the server cannot tell. */
export function parleyProtocol(target: Extract<Target, { protocol: 'parley' }>): Protocol {
  const accounts = readAccounts(target.accounts);
  const positions = new Positions(target.accounts);
  return {
    confirms: true,
    async connect(index) {
      const account = accounts[index];
      if (account === undefined) throw new Error(`there is no account ${index}`);
      return ParleyEndpoint.logIn(target, account, positions.of(index), (position) => positions.note(index, position));
    },
    end: () => positions.save(),
  };
}

class ParleyEndpoint implements Endpoint {
  onArrived: Endpoint['onArrived'] = () => {};
  onConfirmed: Endpoint['onConfirmed'] = () => {};
  onLost: Endpoint['onLost'] = () => {};
  readonly #webSocket: WebSocket;
  readonly #channel: Channel;
  readonly #message: Uint8Array;
  readonly #ack = toBinary(AckSchema, create(AckSchema, { position: 1n }));
  readonly #onPosition: (position: bigint) => void;
  #sequence = 0;
  #hasAcked = false;
  #isOver = false;

  private constructor(webSocket: WebSocket, channel: Channel, message: Uint8Array, onPosition: (position: bigint) => void) {
    this.#webSocket = webSocket;
    this.#channel = channel;
    this.#message = message;
    this.#onPosition = onPosition;
  }

  /**
   * @param position up to which the mailbox was ACKed before
   * @param onPosition told at the end up to which it is now
   */
  static logIn(
    { port, messageBytes }: { port: number; messageBytes: number },
    account: LoadAccount,
    position: bigint,
    onPosition: (position: bigint) => void,
  ): Promise<ParleyEndpoint> {
    const { message: hello, next } = startLogin(crypto, { channelKey: account.channel });
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${WEBSOCKET_PATH}`, WEBSOCKET_SUBPROTOCOL, {
      perMessageDeflate: false,
    });
    webSocket.binaryType = 'nodebuffer';
    const { conversation } = account;
    const ciphertext = crypto.randomBytes(messageBytes);
    const message = toBinary(
      MessageSchema,
      create(MessageSchema, { conversation, epoch: 1n, id: new Uint8Array(MESSAGE_ID_BYTES), ciphertext }),
    );
    return new Promise((resolve, reject) => {
      let endpoint: ParleyEndpoint | undefined;
      const lost = (reason: string): void => (endpoint === undefined ? reject(new Error(reason)) : endpoint.#lost(reason));
      webSocket.on('error', (error) => lost(error.message));
      webSocket.on('close', (code) => lost(`closed with ${code}`));
      webSocket.on('open', () => webSocket.send(hello));
      webSocket.once('message', (answer: Buffer) => {
        const { message: login, channel } = next.receive(answer).next.login(
          create(ClientLoginSchema, {
            version: PROTOCOL_VERSIONS[0] as number,
            username: account.username,
            deviceId: account.deviceId,
            clientVersion: 'bench/1',
            position,
          }),
        );
        webSocket.send(login);
        webSocket.once('message', (record: Buffer) => {
          const [first, ...rest] = channel.open(record);
          if (first?.opcode !== Opcode.LIST) return lost(first === undefined ? 'no LIST' : `no LIST but ${describe(first)}`);
          const entered = new ParleyEndpoint(webSocket, channel, message, onPosition);
          endpoint = entered;
          entered.onLost = (reason) => reject(new Error(reason));
          webSocket.on('message', (data: Buffer) => entered.#take(channel.open(data)));
          entered.#take(rest);
          resolve(entered);
        });
      });
    });
  }

  send(count: number): void {
    for (let i = 0; i < count; i += 1) this.#channel.queue(Opcode.MESSAGE, ++this.#sequence, this.#message);
    atEndOfTurn(this.#flush);
  }

  close(): void {
    if (this.#hasAcked) this.#onPosition(fromBinary(AckSchema, this.#ack).position);
    this.#isOver = true;
    this.#webSocket.terminate();
  }

  #take(frames: readonly Frame[]): void {
    let arrived = 0;
    let confirmed = 0;
    let last: Frame | undefined;
    for (const frame of frames) {
      if (frame.opcode === Opcode.MESSAGE) {
        arrived += 1;
        last = frame;
      } else if (frame.opcode === Opcode.OK) confirmed += 1;
      else if (frame.opcode === Opcode.ERROR || frame.opcode === Opcode.QUIT) {
        this.#lost(describe(frame));
        return;
      }
    }
    if (last !== undefined) {
      this.#ack.set(last.body.subarray(0, this.#ack.length));
      this.#hasAcked = true;
      this.#channel.queue(Opcode.ACK, 0, this.#ack);
      atEndOfTurn(this.#flush);
      this.onArrived(arrived);
    }
    if (confirmed > 0) this.onConfirmed(confirmed);
  }

  readonly #flush = (): void => {
    if (this.#isOver) return;
    for (const record of this.#channel.flush()) this.#webSocket.send(record);
  };

  #lost(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.onLost(reason);
  }
}

function describe({ opcode, body }: Frame): string {
  return opcode === Opcode.ERROR ? `ERROR ${fromBinary(ErrorSchema, body).code}` : `opcode ${opcode}`;
}
