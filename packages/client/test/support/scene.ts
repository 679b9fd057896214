import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { Opcode, toHex } from '@parley/protocol';
import {
  type Accept,
  AcceptSchema,
  type Message,
  MessageSchema,
  type Replace,
  ReplaceSchema,
  type Rtt,
  RttSchema,
} from '@parley/protocol/wire';
import { replaceGroup } from '../../src/conversations/replace-group.ts';
import { markBroken } from '../../src/conversations/replaced.ts';
import { accept, request } from '../../src/conversations/requests.ts';
import type { Environment } from '../../src/environment.ts';
import { nodeEnvironment } from '../../src/node.ts';
import type { Directory } from './answering-server.ts';
import { Device } from './device.ts';

/** Devices of several people; what they send goes through the hands of the test. */
export class Scene {
  readonly environment: Environment;
  readonly directory: Directory = new Map();

  static async create(changes: Partial<Environment> = {}): Promise<Scene> {
    return new Scene({ ...(await nodeEnvironment()), ...changes });
  }

  private constructor(environment: Environment) {
    this.environment = environment;
  }

  device(username: string): Promise<Device> {
    return Device.create(this.environment, username, this.directory);
  }

  async pair(): Promise<{ alice: Device; bob: Device }> {
    const alice = await this.device('alice');
    const bob = await this.device('bob');
    await this.introduce(alice, bob);
    return { alice, bob };
  }

  /** An RTT as the server passes it on. */
  async ask(asker: Device, asked: string): Promise<Rtt> {
    await request(asker.context, asked);
    const rtt = await asker.hand(Opcode.RTT, (body) => fromBinary(RttSchema, body));
    return { ...rtt, fromDevices: asker.list };
  }

  /** The ACCEPT to a request, as the server passes it on. */
  async agree(asked: Device, rtt: Rtt, asker: string): Promise<Accept> {
    await asked.deliver(Opcode.RTT, toBinary(RttSchema, rtt));
    await accept(asked.context, asker);
    await asked.settled();
    const answer = await asked.hand(Opcode.ACCEPT, (body) => fromBinary(AcceptSchema, body));
    return { ...answer, fromDevices: asked.list };
  }

  /** Bob has accepted a request of alice's, and the server cannot be asked for her devices before `start`. */
  async accepting(): Promise<{ alice: Device; bob: Device; start: () => void }> {
    const [alice, bob] = [await this.device('alice'), await this.device('bob')];
    await bob.deliver(Opcode.RTT, toBinary(RttSchema, await this.ask(alice, 'bob')));
    const { openGroup } = bob.context;
    let start = (): void => {};
    bob.context.openGroup = (request) => {
      start = () => openGroup(request);
    };
    await accept(bob.context, 'alice');
    return { alice, bob, start: () => start() };
  }

  async introduce(asker: Device, asked: Device): Promise<void> {
    const rtt = await this.ask(asker, asked.username);
    const answer = await this.agree(asked, rtt, asker.username);
    await asker.deliver(Opcode.ACCEPT, toBinary(AcceptSchema, answer));
  }

  /** A REPLACE of what the two talk in, as the server passes it on. */
  async replace(by: Device, peer: Device): Promise<Replace> {
    const { context } = by;
    const key = toHex(by.conversationWith(peer.username).id);
    await peer.publish();
    await context.records.transact(async (transaction) => markBroken(context, transaction, key));
    if ((await replaceGroup(context, key)) !== 'done') throw new Error('no new group could be made');
    const replace = await by.hand(Opcode.REPLACE, (body) => fromBinary(ReplaceSchema, body));
    return { ...replace, fromDevices: by.list };
  }

  /** An encrypted message, as it leaves. */
  async say(from: Device, to: string, text: string): Promise<Message> {
    await from.send(to, text);
    return from.hand(Opcode.MESSAGE, (body) => fromBinary(MessageSchema, body));
  }
}
