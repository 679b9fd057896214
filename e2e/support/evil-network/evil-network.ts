import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Carried } from './carried.ts';
import type { Change } from './change.ts';
import { Way } from './way.ts';

/** A proxy on 127.0.0.1 that knows where WebSocket messages begin and end, and makes one change to a connection. */
export class EvilNetwork implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #carried = new Carried();
  #change: Change | undefined;

  private constructor(targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      this.#carried = new Carried();
      const change = this.#change;
      this.#change = undefined;
      const ways = { up: new Way('up', server, client, this.#carried), down: new Way('down', client, server, this.#carried) };
      for (const [from, to, way] of [
        [client, server, ways.up],
        [server, client, ways.down],
      ] as const) {
        this.#sockets.add(from);
        if (change?.direction === way.direction) way.change = change;
        from.on('data', (bytes: Buffer) => way.bring(bytes));
        from.on('end', () => way.afterwards(() => to.end()));
        from.on('error', () => {}); // 'close' follows
        from.on('close', () => {
          this.#sockets.delete(from);
          way.afterwards(() => to.destroySoon());
        });
      }
    });
  }

  static async start(targetPort: number): Promise<EvilNetwork> {
    const network = new EvilNetwork(targetPort);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What is done to the next connection, and to no other. */
  changeNext(change: Change | undefined): void {
    this.#change = change;
    this.#carried = new Carried();
  }

  /** Of the newest connection; nothing while the next one, which is to be changed, has not begun. */
  get carried(): Carried {
    return this.#carried;
  }

  /** Ends whatever is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
