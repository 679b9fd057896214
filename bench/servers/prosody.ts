import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programOf } from './debian.ts';
import { type PeerOptions, type Place, startPeer } from './peer.ts';
import type { BenchServer } from './server.ts';
import { accountNames, DOMAIN, PASSWORD } from './xmpp-accounts.ts';

/** The XMPP server of Debian's package `prosody`, without all that is not the relaying of messages between its own clients. */
export async function startProsody(options: PeerOptions): Promise<BenchServer> {
  const file = await programOf('prosody', 'prosody');
  return startPeer(
    {
      name: 'prosody',
      target: { protocol: 'xmpp', domain: DOMAIN, password: PASSWORD },
      async prepare(place) {
        const config = join(place.folder, 'prosody.cfg.lua');
        await writeFile(config, configuration(place));
        await writeAccounts(place.folder, options.clients);
        return { file, arguments: ['--config', config, '-F'] };
      },
    },
    options,
  );
}

function configuration({ folder, port, tls }: Place): string {
  const lines = [
    `data_path = "${folder}"`,
    'interfaces = { "127.0.0.1" }',
    'log = { { levels = { min = "warn" }, to = "console" } }',
    // It refuses root for what strangers could do to it; here there are none.
    'run_as_root = true',
    'modules_enabled = { "saslauth" }',
    'modules_disabled = { "s2s", "s2s_auth_certs", "offline" }',
    'authentication = "internal_plain"',
    'c2s_require_encryption = false',
    'allow_unencrypted_plain_auth = true',
    // Its own default does for many clients that come at once, and drops some of thousands. Nagle's algorithm stays on, as by
    // default: where much is under way it spares packets.
    'network_settings = { tcp_backlog = 1024 }',
    'certificates = "."',
    ...(tls === undefined
      ? [`c2s_ports = { ${port} }`]
      : [
          'c2s_ports = {}',
          `c2s_direct_tls_ports = { ${port} }`,
          `ssl = { certificate = "${tls.certificate}", key = "${tls.key}", protocol = "tlsv1_3" }`,
        ]),
    `VirtualHost "${DOMAIN}"`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Its store is a file for each account, which is read at each login and no sooner. */
async function writeAccounts(folder: string, clients: number): Promise<void> {
  const accounts = join(folder, DOMAIN, 'accounts');
  await mkdir(accounts, { recursive: true });
  const text = `return { ["password"] = "${PASSWORD}" };\n`;
  for (const name of accountNames(clients)) await writeFile(join(accounts, `${name}.dat`), text);
}
