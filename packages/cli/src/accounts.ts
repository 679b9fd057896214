import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PORT, isHost, isUsername } from '@parley/protocol';
import { wrongUsage } from './exit.ts';

/**
 * The client's folder holds one vault an account, `NAME@HOST_PORT.vault`. The name stands in the open there: it is what its owner
 * types to choose the account, and whoever sees the folder sees the machine's user anyway.
 */
export interface Account {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

const SUFFIX = '.vault';

/** `--data`, else `PARLEY_DATA`, else `parley` in the XDG data home. */
export function clientFolder(option: string | undefined): string {
  return option ?? (process.env.PARLEY_DATA || join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'parley'));
}

export function formatAccount({ user, host, port }: Account): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Colons are not for file names everywhere. An IPv6 address is told from a name with a port by its brackets. */
export function vaultFile(folder: string, account: Account): string {
  return join(folder, formatAccount(account).replaceAll(':', '_') + SUFFIX);
}

/** `NAME@HOST[:PORT]`. @returns undefined for anything else */
export function parseAccount(text: string): Account | undefined {
  const [, user, bracketed, plain, digits] = /^([^@]+)@(?:\[([^\]]+)\]|([^:@]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = (bracketed ?? plain)?.toLowerCase();
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (user === undefined || host === undefined || !isUsername(user) || !isHost(host)) return undefined;
  return port >= 1 && port <= 65_535 ? { user, host, port } : undefined;
}

/** Accounts in a folder, sorted by name. */
export function listAccounts(folder: string): Account[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) =>
      parseAccount(
        name
          .slice(0, -SUFFIX.length)
          .replace(/_(\d+)$/, ':$1')
          .replace(/\[(.*)\]/, unescapeColons),
      ),
    )
    .filter((account) => account !== undefined)
    .sort((a, b) => (formatAccount(a) < formatAccount(b) ? -1 : 1));
}

/** The one that was named, by NAME@HOST[:PORT] or by NAME where that is enough; the only one where none was. */
export function chooseAccount(folder: string, named: string | undefined): Account {
  const accounts = listAccounts(folder);
  const exact = named === undefined ? undefined : parseAccount(named);
  if (named !== undefined && exact === undefined && !isUsername(named)) {
    throw wrongUsage('an account is written NAME@HOST:PORT, such as alice@localhost:10000');
  }
  const wanted = exact && formatAccount(exact);
  const found = accounts.filter((account) =>
    wanted === undefined ? named === undefined || account.user === named : formatAccount(account) === wanted,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1) throw wrongUsage(`which account? Name one of: ${found.map(formatAccount).join(', ')}`);
  const missing = named === undefined ? 'there is no account' : `there is no account ${wanted ?? named}`;
  const others = accounts.length > 0 ? ` (there are: ${accounts.map(formatAccount).join(', ')})` : '';
  throw wrongUsage(`${missing} in ${folder}${others}: make one with "parley join INVITE NAME"`);
}

function unescapeColons(bracketed: string): string {
  return bracketed.replaceAll('_', ':');
}
