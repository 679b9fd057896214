import { Connection, serverAt } from './connection.ts';
import type { Protocol } from './endpoint.ts';
import {
  ACCEPTED,
  connectPacket,
  DISCONNECT,
  PublishCounter,
  publishPacket,
  SUBSCRIBED,
  subscribePacket,
} from './mqtt-packets.ts';
import { StreamEndpoint } from './stream-endpoint.ts';
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
      const counter = new PublishCounter();
      return new StreamEndpoint(connection, {
        message: publishPacket(`c/${index ^ 1}`, payload),
        lastWord: DISCONNECT,
        count: (bytes) => counter.count(bytes),
      });
    },
  };
}

async function answer(connection: Connection, what: string, expected: Buffer): Promise<void> {
  const received = await connection.read(what, () => expected.length);
  if (received.equals(expected)) return;
  connection.close();
  throw new Error(`refused: the server said ${received.toString('hex')} instead of ${what} ${expected.toString('hex')}`);
}
