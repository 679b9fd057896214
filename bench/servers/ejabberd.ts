import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programOf } from './debian.ts';
import { type PeerOptions, type Place, startPeer } from './peer.ts';
import type { BenchServer, ServerOptions } from './server.ts';
import { DOMAIN, PASSWORD } from './xmpp-accounts.ts';

const HAS_ACCOUNTS = 'every client has an account';

/**
 * The XMPP server of Debian's package `ejabberd`, without all that is not the relaying of messages between its own clients. Erlang is
 * started as `ejabberdctl` does, which wants a user of its own; without a name among Erlang nodes, so that there is no epmd.
 */
export async function startEjabberd(options: PeerOptions): Promise<BenchServer> {
  const control = await programOf('ejabberd', 'ejabberdctl');
  const file = await programOf('erlang-base', 'erl');
  return startPeer(
    {
      name: 'ejabberd',
      target: { protocol: 'xmpp', domain: DOMAIN, password: PASSWORD },
      says: HAS_ACCOUNTS,
      async prepare(place) {
        const { folder } = place;
        const config = join(folder, 'ejabberd.yml');
        await writeFile(config, await configuration(place));
        const env = {
          ERL_LIBS: await librariesOf(control),
          EJABBERD_CONFIG_PATH: config,
          EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
          ERL_CRASH_DUMP_BYTES: '0',
          HOME: folder,
        };
        return { file, arguments: erlangArguments(folder, options), env, cwd: folder };
      },
    },
    options,
  );
}

function erlangArguments(folder: string, { clients, core }: ServerOptions): string[] {
  const register =
    `[ok = ejabberd_auth:try_register(<<"c", (integer_to_binary(N))/binary>>, <<"${DOMAIN}">>, <<"${PASSWORD}">>)` +
    ` || N <- lists:seq(0, ${clients - 1})], io:format("${HAS_ACCOUNTS}~n")`;
  return [
    '-noinput',
    // Ctrl-C in the terminal, which all processes hear, ends it instead of asking what to do.
    '+Bd',
    ...['+K', 'true', '+P', '250000', '+Q', '32000'],
    // One scheduler for one processor: others would take it from the first while they look for work, and that would count.
    ...(core === undefined ? [] : ['+S', '1:1']),
    ...['-mnesia', 'dir', `"${join(folder, 'mnesia')}"`],
    ...['-s', 'ejabberd'],
    ...['-eval', register],
  ];
}

async function configuration({ folder, port, tls }: Place): Promise<string> {
  const lines = [
    `hosts: [${DOMAIN}]`,
    'loglevel: warning',
    'log_rotate_count: 0',
    'auth_method: internal',
    'auth_password_format: plain',
    's2s_access: none',
    'modules: {}',
    'listen:',
    `  - port: ${port}`,
    '    ip: 127.0.0.1',
    '    module: ejabberd_c2s',
    '    access: all',
    '    shaper: none',
    '    backlog: 1024',
  ];
  if (tls !== undefined) {
    const both = join(folder, 'both.pem');
    await writeFile(both, (await readFile(tls.certificate, 'utf8')) + (await readFile(tls.key, 'utf8')));
    lines.push(
      '    tls: true',
      '    protocol_options: [no_sslv3, no_tlsv1, no_tlsv1_1, no_tlsv1_2]',
      'certfiles:',
      `  - ${both}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Where the package has put its modules depends on the architecture; its own program knows. */
async function librariesOf(control: string): Promise<string> {
  const [, folder] = /^ERL_LIBS='?([^'\n]+)'?$/m.exec(await readFile(control, 'utf8')) ?? [];
  if (folder === undefined) throw new Error(`${control} does not say where the modules of ejabberd are`);
  return folder;
}
