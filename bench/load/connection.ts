import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';

/** How long the server may take for one answer while a client logs in. */
const ANSWER_DEADLINE_MS = 60_000;

/**
 * All connections read into this: what has been read is looked at before anything else is read. A buffer for each of ten thousand
 * would be most of the load generator's memory, and filling new ones much of its time.
 */
const READ_BUFFER = Buffer.allocUnsafe(65_536);

/** What all connections to one server have in common. */
export interface Server {
  readonly port: number;
  /** With TLS. Made once, since it costs more than a handshake. */
  readonly context?: SecureContext;
}

/** The server behind this port of 127.0.0.1; with the certificate that signs its own, in PEM, where it speaks TLS. */
export function serverAt({ port, ca }: { readonly port: number; readonly ca?: string }): Server {
  return ca === undefined ? { port } : { port, context: createSecureContext({ ca, minVersion: 'TLSv1.3' }) };
}

/**
 * A connection that first asks and is answered, for the login, and then only hands over what comes, for the load: `onBytes` gets a
 * view of a buffer that is used again at once.
 */
export class Connection {
  readonly #socket: Socket;
  #onBytes: (bytes: Buffer) => void;
  #isClosed = false;
  #failure = 'the server has closed the connection';
  /** What came and was not asked for yet. */
  #received: Buffer = Buffer.alloc(0);
  #onReceived = (): void => {};
  /** Called when it ends without having been closed here. */
  onLost: (reason: string) => void = () => {};

  private constructor(server: Server, onReady: () => void) {
    this.#onBytes = (bytes) => this.#keep(bytes);
    const options = {
      port: server.port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (count: number, buffer: Uint8Array) => {
          this.#onBytes((buffer as Buffer).subarray(0, count));
          return true;
        },
      },
    };
    this.#socket =
      server.context === undefined
        ? connectTcp(options, onReady)
        : connectTls({ ...options, secureContext: server.context, servername: 'localhost' }, onReady);
    this.#socket.on('error', (error) => {
      this.#failure = error.message;
    });
    this.#socket.on('close', () => {
      if (!this.#isClosed) this.onLost(this.#failure);
    });
  }

  /** @throws where the server cannot be reached, or is not the one that the certificate is for */
  static open(server: Server): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(server, () => resolve(connection));
      connection.onLost = (reason) => reject(new Error(`no connection to port ${server.port}: ${reason}`));
    });
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Writes all of these at once. */
  writeAll(pieces: Iterable<Uint8Array>): void {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /**
   * The next bytes, as many as `lengthOf` says once it can tell from what has come so far.
   * @throws with `what` when the connection ends before, or nothing comes for too long
   */
  read(what: string, lengthOf: (received: Buffer) => number | undefined): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        const said = this.#received.length === 0 ? '' : `; it had said ${JSON.stringify(this.#received.toString('latin1'))}`;
        this.close();
        reject(new Error(`waited for ${what}: ${reason}${said}`));
      };
      const timer = setTimeout(() => fail('the server does not answer'), ANSWER_DEADLINE_MS);
      this.onLost = fail;
      this.#onReceived = () => {
        const length = lengthOf(this.#received);
        if (length === undefined || length > this.#received.length) return;
        clearTimeout(timer);
        this.#onReceived = () => {};
        const bytes = this.#received.subarray(0, length);
        this.#received = this.#received.subarray(length);
        resolve(bytes);
      };
      this.#onReceived();
    });
  }

  /** From now on hands over all that comes, and what has come already. */
  stream(onBytes: (bytes: Buffer) => void): void {
    this.#onBytes = onBytes;
    const received = this.#received;
    this.#received = Buffer.alloc(0);
    if (received.length > 0) onBytes(received);
  }

  /** Sends a last word. What still comes is not read. */
  close(lastWord?: Uint8Array): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onBytes = () => {};
    if (lastWord !== undefined && this.#socket.writable) this.#socket.write(lastWord);
    this.#socket.destroySoon();
  }

  /** For what the server has done wrong: `onLost` says it. */
  fail(reason: string): void {
    this.#failure = reason;
    this.#socket.destroy();
  }

  #keep(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#onReceived();
  }
}
