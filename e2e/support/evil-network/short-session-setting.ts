import type { Environment } from '@parley/client';
import { nodeEnvironment } from '@parley/client/node';
import { Opcode, parseInvite } from '@parley/protocol';
import { MessageSchema } from '@parley/protocol/wire';
import { createServer, type RunningServer } from '@parley/server';
import { Account } from '../../../packages/server/test/support/account.ts';
import { TestClient } from '../../../packages/server/test/support/client.ts';
import { messageOf, talk } from '../../../packages/server/test/support/server.ts';
import { tempFolder } from '../world.ts';
import { EvilNetwork } from './evil-network.ts';
import { ServerWitness } from './server-witness.ts';
import { SkippingClock } from './skipping-clock.ts';

export const HOST = '127.0.0.1';
/** Long enough not to turn up by chance. */
const NAMES = ['alice-in-the-reeds', 'bob-under-the-bridge'] as const;

/** What short sessions take place in. */
export interface Setting {
  readonly server: RunningServer;
  readonly witness: ServerWitness;
  /** Between Alice and the server. */
  readonly network: EvilNetwork;
  /** Alice's, by the clock of the server. */
  readonly environment: Environment;
  readonly clock: SkippingClock;
  /** She may talk with Bob, and is off line. */
  readonly alice: Account;
  /** On line, past the network. */
  readonly bob: TestClient;
  readonly conversation: Uint8Array;
  /** Up to where Alice's mailbox is delivered. */
  readonly position: bigint;
}

export async function setTheScene(stack: AsyncDisposableStack): Promise<Setting> {
  const dataFolder = tempFolder(stack);
  const clock = new SkippingClock();
  const witness = new ServerWitness();
  const server = await createServer({ dataFolder, host: HOST, port: 0, names: [HOST], clock, logger: witness });
  stack.defer(() => server.close());
  const network = stack.use(await EvilNetwork.start(server.port));

  const { token } = parseInvite((await server.createInvite()).link);
  const enter = (name: string): Promise<TestClient> => {
    const account = new Account(name);
    return TestClient.logIn(server.port, account, { registration: account.registration(token) });
  };
  const [alice, bob] = [await enter(NAMES[0]), await enter(NAMES[1])];
  const conversation = await talk(alice, bob);
  const said = bob.ok(Opcode.MESSAGE, MessageSchema, messageOf(conversation, 'the first one'));
  const { position } = await alice.nextBody(Opcode.MESSAGE, MessageSchema);
  alice.ack(position);
  await said;
  await alice.leave();

  const environment: Environment = {
    ...(await nodeEnvironment()),
    monotonic: () => clock.monotonicMs(),
    setTimer: (callback, delayMs) => ({ cancel: clock.after(delayMs, callback) }),
  };
  return { server, witness, network, environment, clock, alice: alice.account, bob, conversation, position };
}
