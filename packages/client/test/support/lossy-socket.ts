import type { WebSocketLike } from '../../src/environment.ts';

/** A real WebSocket that can be made to lose what the server sends, and be cut. */
export class LossySockets {
  readonly sockets: WebSocket[] = [];
  /** While true nothing that arrives is handed on. */
  deaf = false;
  /** What becomes of a message that comes, by its number (from 0) on its connection. */
  alter: (message: ArrayBuffer, number: number) => ArrayBuffer = (message) => message;
  /** Messages that went out, by length. */
  readonly sent: number[] = [];
  /** Called after each of them. */
  afterSend: () => void = () => {};

  readonly #deafened = new WeakSet<WebSocket>();
  readonly #muted = new WeakSet<WebSocket>();
  #isKilled = false;

  readonly open = (url: string, protocol: string): WebSocketLike => {
    if (this.#isKilled) throw new Error('its process was killed');
    const socket = new WebSocket(url, protocol);
    this.sockets.push(socket);
    const alter = (message: ArrayBuffer, number: number): ArrayBuffer => this.alter(message, number);
    const isDeaf = (): boolean => this.deaf || this.#deafened.has(socket);
    return {
      get binaryType() {
        return socket.binaryType;
      },
      set binaryType(type: string) {
        socket.binaryType = type as 'arraybuffer';
      },
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      send: (data) => {
        this.sent.push(data.length);
        if (!this.#muted.has(socket)) socket.send(data);
        this.afterSend();
      },
      close: (code, reason) => socket.close(code, reason),
      addEventListener(type: string, listener: (event: never) => void) {
        let number = 0;
        socket.addEventListener(type as 'message', (event) => {
          if (type !== 'message') listener(event as never);
          else if (!isDeaf()) listener({ data: alter(event.data, number++) } as never);
        });
      },
    };
  };

  /** Nothing comes any more over the connections that there are, and nobody is told. */
  deafen(): void {
    for (const socket of this.sockets) this.#deafened.add(socket);
  }

  /** Nothing gets through any more over the connections that there are, and nobody is told. */
  mute(): void {
    for (const socket of this.sockets) this.#muted.add(socket);
  }

  /** Ends all connections, and there are no more. */
  kill(): void {
    this.#isKilled = true;
    this.cut();
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
  }
}
