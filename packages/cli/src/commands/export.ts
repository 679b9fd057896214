import { History } from '@parley/client';
import { formatAccount } from '../accounts.ts';
import { wrongUsage } from '../exit.ts';
import { openDestination } from '../export/destination.ts';
import { Progress } from '../export/progress.ts';
import { writeHistory } from '../export/write-history.ts';
import { neutralize } from '../sanitize.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface ExportOptions extends AccountOptions {
  readonly with?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** Writes a user's history, in the clear: page by page from the vault, as fast as the destination takes it. */
export async function exportHistory(named: string | undefined, options: ExportOptions): Promise<void> {
  const chosen = await choose(named, options);
  await withVaultOf(chosen, async (vault) => {
    const history = await History.open(vault);
    const peers = choosePeers(history, options.with, formatAccount(chosen.account));
    const destination = await openDestination(options.output);
    try {
      const progress = new Progress(destination.isTerminal);
      try {
        await writeHistory(history, { peers, json: options.json === true }, destination, () => progress.count());
      } finally {
        progress.end();
      }
      await destination.finish();
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  });
}

function choosePeers(history: History, wanted: string | undefined, account: string): readonly string[] {
  const peers = history.peers();
  if (wanted === undefined) return peers;
  if (peers.includes(wanted)) return [wanted];
  const known = peers.length === 0 ? 'there are none at all' : `there are those with: ${peers.join(', ')}`;
  throw wrongUsage(`${account} has no conversation with ${neutralize(wanted)} (${known})`);
}
