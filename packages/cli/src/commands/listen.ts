import { type ClientEvent, ParleyClient } from '@parley/client';
import { nodeEnvironment } from '@parley/client/node';
import { layoutFor } from '../chat/layout.ts';
import { isFrom } from '../listen/about.ts';
import { describeHeard } from '../listen/describe-heard.ts';
import { handOver, ReaderGone } from '../output.ts';
import { jsonLine } from '../sanitize.ts';
import { untilSignal } from '../signals.ts';
import { requireUser } from '../user-argument.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface ListenOptions extends AccountOptions {
  readonly from?: string;
  readonly json?: boolean;
}

/** Prints what happens until it is told to end. What nobody could read, or is not asked for, is left for the next to tell. */
export async function listen(named: string | undefined, options: ListenOptions): Promise<void> {
  const from = options.from === undefined ? undefined : requireUser(options.from);
  const takes = (event: ClientEvent): boolean => from === undefined || isFrom(from, event);
  const chosen = await choose(named, options);
  const interrupted = untilSignal();
  await withVaultOf(chosen, async (vault) => {
    const client = await ParleyClient.open({ environment: await nodeEnvironment(), vault, takes });
    interrupted.addEventListener('abort', () => void client.quit());
    const layout = layoutFor(client.user, process.stdout);
    client.listenInBatches((events) => {
      const lines = events
        .filter(takes)
        .flatMap((event) => (options.json ? [jsonLine(event)] : describeHeard(event, client.user, layout)));
      return lines.length === 0 ? undefined : handOver(lines.map((line) => `${line}\n`).join(''));
    });
    await client.start();
    if (interrupted.aborted) await client.quit();
    await client.done.catch((error: unknown) => {
      if (!(error instanceof ReaderGone)) throw error;
    });
  });
}
