import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Channel, type Frame, MESSAGE_ID_BYTES, Opcode } from '@parley/protocol';
import { nodeCrypto as crypto } from '@parley/protocol/crypto/node';
import { AckSchema, MessageSchema } from '@parley/protocol/wire';
import type { WebSocket } from 'ws';
import { readAccounts } from '../servers/parley-accounts.ts';
import { Positions } from './acked-positions.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import type { Endpoint, Protocol } from './endpoint.ts';
import { describe, type LoggedIn, logIn } from './parley-login.ts';
import type { Target } from './target.ts';

/** The whole protocol: the login, records, frames, OK and ACK. The ciphertext of a message is any bytes: the server cannot tell. */
export function parleyProtocol(target: Extract<Target, { protocol: 'parley' }>): Protocol {
  const accounts = readAccounts(target.accounts);
  const positions = new Positions(target.accounts);
  return {
    confirms: true,
    async connect(index) {
      const account = accounts[index];
      if (account === undefined) throw new Error(`there is no account ${index}`);
      const loggedIn = await logIn(target.port, account, positions.of(index));
      const ciphertext = crypto.randomBytes(target.messageBytes);
      const message = { conversation: account.conversation, epoch: 1n, id: new Uint8Array(MESSAGE_ID_BYTES), ciphertext };
      const encoded = toBinary(MessageSchema, create(MessageSchema, message));
      const endpoint = new ParleyEndpoint(loggedIn, encoded, (position) => positions.note(index, position));
      endpoint.begin(loggedIn);
      return endpoint;
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
  /** As a mailbox item begins with its position, so does an ACK: its bytes are put in as they come. */
  readonly #ack = toBinary(AckSchema, create(AckSchema, { position: 1n }));
  readonly #onPosition: (position: bigint) => void;
  #sequence = 0;
  #hasAcked = false;
  #isOver = false;

  /** @param onPosition told at the end up to which position the mailbox is ACKed */
  constructor({ webSocket, channel }: LoggedIn, message: Uint8Array, onPosition: (position: bigint) => void) {
    this.#webSocket = webSocket;
    this.#channel = channel;
    this.#message = message;
    this.#onPosition = onPosition;
  }

  /** Takes what has come already, and what comes. @throws where the server has ended the session */
  begin({ webSocket, rest, arrived }: LoggedIn): void {
    webSocket.removeAllListeners('message');
    this.onLost = (reason) => {
      throw new Error(reason);
    };
    this.#take(rest);
    for (const record of arrived) this.#take(this.#channel.open(record));
    this.onLost = () => {};
    webSocket.on('message', (data: Buffer) => this.#take(this.#channel.open(data)));
    webSocket.on('error', (error) => this.#lost(error.message));
    webSocket.on('close', (code) => this.#lost(`closed with ${code}`));
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
