import { readFile } from 'node:fs/promises';
import { makeTlsFiles, type TlsFiles } from '../../e2e/support/tls.ts';
import type { Target } from '../load/target.ts';
import { Child, type ChildOptions } from './child.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './port.ts';
import type { BenchServer, ServerOptions } from './server.ts';

export interface PeerOptions extends ServerOptions {
  readonly tls: boolean;
}

/** What a server is to be given in its configuration. */
export interface Place {
  /** Its own. */
  readonly folder: string;
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

/** A server that Parley is measured beside. */
export interface Peer {
  readonly name: 'mosquitto' | 'ejabberd' | 'prosody';
  /** Writes what it needs into its folder, and returns how it is started. */
  prepare(place: Place): Promise<Pick<ChildOptions, 'file' | 'arguments' | 'env' | 'cwd'>>;
  /** Said once it is ready, where listening is not enough. */
  readonly says?: string;
  /** How to speak to it, but for what all have. */
  readonly target: Omit<Extract<Target, { protocol: 'mqtt' }>, Common> | Omit<Extract<Target, { protocol: 'xmpp' }>, Common>;
}

type Common = 'port' | 'messageBytes' | 'ca';

/** Starts one on a free port, in a folder that is removed with it. */
export async function startPeer(peer: Peer, { tls: isTls, clients, messageBytes, core }: PeerOptions): Promise<BenchServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const port = await freePort();
  const tls = isTls ? await makeTlsFiles(folder) : undefined;
  const command = await peer.prepare({ folder, port, tls });
  const child = stack.use(new Child({ name: peer.name, ...command, connections: clients, core }));
  if (peer.says !== undefined) await child.says(peer.says);
  await child.listensOn(port);
  const ca = tls && { ca: await readFile(tls.certificate, 'utf8') };
  const running = stack.move();
  return {
    name: isTls ? `${peer.name}-tls` : peer.name,
    pids: [child.pid],
    target: { ...peer.target, port, messageBytes, ...ca },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
