import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTlsFiles } from '../../e2e/support/tls.ts';
import { Child } from './child.ts';
import { programOf } from './debian.ts';
import { temporaryFolder } from './folder.ts';
import { freePort } from './port.ts';
import type { BenchServer, ServerOptions } from './server.ts';

/** The MQTT broker of Debian's package `mosquitto`, which relays and does nothing else. */
export async function startMosquitto(options: ServerOptions & { tls: boolean }): Promise<BenchServer> {
  const program = await programOf('mosquitto', 'mosquitto');
  await using stack = new AsyncDisposableStack();
  const folder = await temporaryFolder(stack);
  const port = await freePort();
  const tls = options.tls ? await makeTlsFiles(folder) : undefined;
  const config = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'connection_messages false',
    // No statistics as messages.
    'sys_interval 0',
    // Nagle's algorithm stays on, as by default: where much is under way it spares packets, and half of the work.
    // Started by root it would become somebody who cannot read this folder; started by others this says nothing.
    'user root',
    ...(tls === undefined ? [] : [`certfile ${tls.certificate}`, `keyfile ${tls.key}`, 'tls_version tlsv1.3']),
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = stack.use(
    new Child({
      name: 'mosquitto',
      file: program,
      arguments: ['-c', config],
      connections: options.clients,
      core: options.core,
    }),
  );
  await child.listensOn(port);
  const { messageBytes } = options;
  const ca = tls && { ca: await readFile(tls.certificate, 'utf8') };
  const running = stack.move();
  return {
    name: options.tls ? 'mosquitto-tls' : 'mosquitto',
    pids: [child.pid],
    target: { protocol: 'mqtt', port, messageBytes, ...ca },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
