import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What may wait in one direction of a connection before its sender is not read any more. */
const MAX_QUEUED_BYTES = 64 * 1_024;
/** Pieces in which a slow line brings what it is given. */
const PIECE_BYTES = 1_400;

/** How the line is, for every connection. */
export interface Weather {
  /** How long each piece takes, at random up to this; none overtakes another. */
  readonly delayMs: number;
  readonly bytesPerSecond: number;
}

export type Direction = 'up' | 'down';

const CALM: Weather = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };

/** A TCP proxy on 127.0.0.1 that behaves as networks do: it is slow, cuts connections, and swallows what they carry without a word. */
export class BadNetwork implements AsyncDisposable {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #weather = CALM;

  private constructor(targetPort: () => number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = connect({ port: targetPort(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      const line = new Line(client, server, () => this.#weather);
      this.#lines.add(line);
      client.once('close', () => this.#lines.delete(line));
    });
  }

  /** `targetPort` is asked for each connection. */
  static async start(targetPort: () => number): Promise<BadNetwork> {
    const network = new BadNetwork(targetPort);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  set weather(weather: Weather) {
    this.#weather = weather;
  }

  calm(): void {
    this.#weather = CALM;
  }

  /** Cuts connections, each with this probability; both ends are told. How many. */
  cut(probability = 1): number {
    return this.#some(probability, (line) => line.cut());
  }

  /** From now on connections carry nothing in these directions, each with this probability; nobody is told. How many. */
  swallow(directions: readonly Direction[], probability = 1): number {
    return this.#some(probability, (line) => line.swallow(directions));
  }

  #some(probability: number, act: (line: Line) => void): number {
    const lines = [...this.#lines].filter(() => Math.random() < probability);
    for (const line of lines) act(line);
    return lines.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** One connection through it. */
class Line {
  readonly #sockets: readonly [Socket, Socket];
  readonly #up: Way;
  readonly #down: Way;
  readonly #swallowed = new Set<Direction>();

  constructor(client: Socket, server: Socket, weather: () => Weather) {
    this.#sockets = [client, server];
    this.#up = new Way(client, server, weather);
    this.#down = new Way(server, client, weather);
    for (const socket of this.#sockets) {
      socket.on('error', () => {}); // 'close' follows
      // One end is over. The other is told, unless nothing gets there any more.
      socket.once('close', () => {
        const [direction, other] = socket === client ? (['up', server] as const) : (['down', client] as const);
        if (!this.#swallowed.has(direction)) other.destroy();
      });
    }
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  swallow(directions: readonly Direction[]): void {
    for (const direction of directions) {
      this.#swallowed.add(direction);
      (direction === 'up' ? this.#up : this.#down).swallow();
    }
  }
}

/** One direction of a connection: what goes in comes out in order, later. */
class Way {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #queue: { readonly atMs: number; readonly bytes: number; readonly act: () => void }[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the line has carried all that was put in. */
  #freeMs = 0;
  #isSwallowing = false;

  constructor(from: Socket, to: Socket, weather: () => Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    from.on('data', (data: Buffer) => {
      for (let at = 0; at < data.length; at += PIECE_BYTES) {
        const piece = data.subarray(at, at + PIECE_BYTES);
        this.#put(piece.length, () => to.write(piece));
      }
      if (this.#queuedBytes > MAX_QUEUED_BYTES) from.pause();
    });
    from.on('end', () => this.#put(0, () => to.end()));
    for (const socket of [from, to]) socket.once('close', () => this.swallow());
  }

  /** Nothing gets through any more. What is put in is taken all the same, as a network would that loses it on the way. */
  swallow(): void {
    this.#isSwallowing = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#from.resume();
  }

  #put(bytes: number, act: () => void): void {
    if (this.#isSwallowing) return;
    const { delayMs, bytesPerSecond } = this.#weather();
    this.#freeMs = Math.max(this.#freeMs, performance.now()) + (bytes * 1_000) / bytesPerSecond;
    const atMs = Math.max(this.#queue.at(-1)?.atMs ?? 0, this.#freeMs + Math.random() * delayMs);
    this.#queue.push({ atMs, bytes, act });
    this.#queuedBytes += bytes;
    this.#wait();
  }

  #wait(): void {
    const [next] = this.#queue;
    if (next === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#bring(), Math.max(0, next.atMs - performance.now()));
  }

  #bring(): void {
    this.#timer = undefined;
    for (let next = this.#queue[0]; next !== undefined && next.atMs <= performance.now(); next = this.#queue[0]) {
      this.#queue.shift();
      this.#queuedBytes -= next.bytes;
      if (!this.#to.destroyed) next.act();
    }
    if (this.#queuedBytes < MAX_QUEUED_BYTES / 2) this.#from.resume();
    this.#wait();
  }
}
