import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programOf } from './debian.ts';
import { type PeerOptions, type Place, startPeer } from './peer.ts';
import type { BenchServer } from './server.ts';

/** The MQTT broker of Debian's package `mosquitto`, which relays and does nothing else. */
export async function startMosquitto(options: PeerOptions): Promise<BenchServer> {
  const file = await programOf('mosquitto', 'mosquitto');
  return startPeer(
    {
      name: 'mosquitto',
      target: { protocol: 'mqtt' },
      async prepare(place) {
        const config = join(place.folder, 'mosquitto.conf');
        await writeFile(config, configuration(place));
        return { file, arguments: ['-c', config] };
      },
    },
    options,
  );
}

function configuration({ port, tls }: Place): string {
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
  return `${lines.join('\n')}\n`;
}
