import { DEFAULT_PORT } from '@parley/protocol';
import { nodeCrypto } from '@parley/protocol/crypto/node';
import { issueInvite, type LiveServer, readCaPin, readServerFile } from '@parley/server';
import { certificateNames } from '../certificate-names.ts';
import { printInvite } from '../invite-text.ts';
import { note } from '../output.ts';
import { withStore } from '../server-folder.ts';

interface InviteCommandOptions {
  readonly data: string;
  readonly uses?: number;
  /** Days. */
  readonly expires?: number;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/** Makes an invite for the server of a data folder, and asks that folder where the server listens. */
export async function invite({ data, uses, expires, json }: InviteCommandOptions): Promise<void> {
  const links = await withStore(data, async (store) => {
    const server = (await readServerFile(data)) ?? stoppedServer(data);
    const caPin = await readCaPin(data);
    const limits = {
      ...(uses !== undefined && { uses }),
      ...(expires !== undefined && { lifetimeMs: expires * DAY_MS }),
    };
    return issueInvite({ crypto: nodeCrypto, store, server, caPin, nowMs: Date.now() }, limits);
  });
  printInvite(links, json === true);
}

/** A server that does not run is taken to come back under the first name in its certificate, at the default port. */
function stoppedServer(data: string): Pick<LiveServer, 'names' | 'port' | 'tls'> {
  const [name = 'localhost'] = certificateNames(data);
  note(`parley: the server does not run: the invite takes it to be at ${name}, port ${DEFAULT_PORT}`);
  return { names: [name], port: DEFAULT_PORT, tls: false };
}
