import { LAUNCHER } from '../../e2e/support/process.ts';
import { Child } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { putAccounts } from './parley-accounts.ts';
import { freePort } from './port.ts';
import type { BenchServer, ServerOptions } from './server.ts';

/** The most that `serve` takes: the rate of one connection is not what is measured. */
const FRAMES_PER_SECOND = 1_000_000;

export interface ParleyOptions extends ServerOptions {
  /** Users beside the clients, who only fill the store. */
  readonly others?: number;
  /** For Node, before the program: `--cpu-prof`, say. */
  readonly nodeOptions?: readonly string[];
}

/** `parley serve` as everybody runs it, whose accounts are in its database already. */
export async function startParley({
  clients,
  others,
  messageBytes,
  core,
  nodeOptions = [],
}: ParleyOptions): Promise<BenchServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const accounts = await putAccounts(folder, clients, others);
  const port = await freePort();
  const child = stack.use(
    new Child({
      name: 'parley serve',
      file: process.execPath,
      arguments: [
        ...nodeOptions,
        LAUNCHER,
        ...['serve', '--data', folder, '--name', 'localhost', '--host', '127.0.0.1', '--port', String(port)],
        ...['--frames-per-second', String(FRAMES_PER_SECOND)],
      ],
      connections: clients,
      core,
    }),
  );
  await child.listensOn(port);
  const running = stack.move();
  return {
    name: 'parley',
    pids: [child.pid],
    target: { protocol: 'parley', port, messageBytes, accounts },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
