import { WebSocket } from 'ws';

/** A WebSocket to the server under test, with messages to wait for. */
export class RawSocket {
  readonly #webSocket: WebSocket;
  readonly #arrived: Uint8Array[] = [];
  readonly #readers: ((message: Uint8Array | undefined) => void)[] = [];
  /** The close code, once it is closed. */
  readonly closed: Promise<number>;
  #isClosed = false;

  private constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer) => {
      const reader = this.#readers.shift();
      if (reader === undefined) this.#arrived.push(new Uint8Array(data));
      else reader(new Uint8Array(data));
    });
    webSocket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      webSocket.on('close', (code) => {
        this.#isClosed = true;
        for (const reader of this.#readers.splice(0)) reader(undefined);
        resolve(code);
      });
    });
  }

  static async open(
    port: number,
    options: { path?: string; protocols?: string[]; tls?: boolean; headers?: Record<string, string> } = {},
  ): Promise<RawSocket> {
    const { path = '/parley', protocols = ['parley.1'], tls = false, headers = {} } = options;
    const url = `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}${path}`;
    const webSocket = new WebSocket(url, protocols, { perMessageDeflate: false, rejectUnauthorized: false, headers });
    const raw = new RawSocket(webSocket);
    await new Promise<void>((resolve, reject) => {
      webSocket.once('open', () => resolve());
      webSocket.once('unexpected-response', (_request, response) => {
        response.resume();
        reject(new Error(`HTTP ${response.statusCode}`));
      });
      webSocket.once('error', reject);
    });
    return raw;
  }

  get protocol(): string {
    return this.#webSocket.protocol;
  }

  send(message: Uint8Array | string): void {
    this.#webSocket.send(message);
  }

  ping(): void {
    this.#webSocket.ping();
  }

  onPing(action: () => void): void {
    this.#webSocket.on('ping', action);
  }

  onPong(action: () => void): void {
    this.#webSocket.on('pong', action);
  }

  /** The next message, or `undefined` when the server has closed. */
  receive(): Promise<Uint8Array | undefined> {
    const message = this.#arrived.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  close(): void {
    this.#webSocket.close();
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}
