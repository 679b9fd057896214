import { Connection, serverAt } from './connection.ts';
import type { Endpoint, Protocol } from './endpoint.ts';
import {
  ACCEPTED,
  connectPacket,
  DISCONNECT,
  PublishCounter,
  publishPacket,
  SUBSCRIBED,
  subscribePacket,
} from './mqtt-packets.ts';
import { Outgoing } from './outgoing.ts';
import type { Target } from './target.ts';

/** MQTT 3.1.1 with QoS 0, which is answered by nobody: each client subscribes to a topic of its own, and its partner publishes there. */
export function mqttProtocol(target: Target & { readonly protocol: 'mqtt' }): Protocol {
  const server = serverAt(target);
  const payload = Buffer.alloc(target.messageBytes, 'x');
  return {
    confirms: false,
    async connect(index) {
      const connection = await Connection.open(server);
      connection.write(connectPacket(`c${index}`));
      await answer(connection, 'CONNACK', ACCEPTED);
      connection.write(subscribePacket(`c/${index}`));
      await answer(connection, 'SUBACK', SUBSCRIBED);
      return new MqttEndpoint(connection, publishPacket(`c/${index ^ 1}`, payload));
    },
  };
}

async function answer(connection: Connection, what: string, expected: Buffer): Promise<void> {
  const received = await connection.read(what, () => expected.length);
  if (received.equals(expected)) return;
  connection.close();
  throw new Error(`refused: the server said ${received.toString('hex')} instead of ${what} ${expected.toString('hex')}`);
}

class MqttEndpoint implements Endpoint {
  readonly #connection: Connection;
  readonly #outgoing: Outgoing;
  readonly #counter = new PublishCounter();
  onArrived: (count: number) => void = () => {};
  onConfirmed: (count: number) => void = () => {};
  onLost: (reason: string) => void = () => {};

  constructor(connection: Connection, message: Uint8Array) {
    this.#connection = connection;
    this.#outgoing = new Outgoing(connection, message);
    connection.onLost = (reason) => this.onLost(reason);
    connection.stream((bytes) => {
      const count = this.#counter.count(bytes);
      if (count > 0) this.onArrived(count);
    });
  }

  send(count: number): void {
    this.#outgoing.send(count);
  }

  close(): void {
    this.#connection.close(DISCONNECT);
  }
}
