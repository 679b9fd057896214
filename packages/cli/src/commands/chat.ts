import { ChatModel, ParleyClient } from '@parley/client';
import { nodeEnvironment, openVault } from '@parley/client/node';
import { type Account, chooseAccount, clientFolder, listAccounts, vaultFile } from '../accounts.ts';
import { explainFirstRun } from '../chat/first-run.ts';
import { runInPipe, runOnTerminal } from '../chat/line-client.ts';
import { runScript } from '../chat/script.ts';
import { loadScreen } from '../chat/screen-bundle.ts';
import { getPassphrase } from '../passphrase.ts';

interface ChatOptions {
  readonly data?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
  readonly screenReader?: boolean;
}

/** How a client shows itself. */
type Face = 'script' | 'pipe' | 'screen reader' | 'screen';

/** Talks, for a person or (with `json`) for a program, until they quit. */
export async function chat(named: string | undefined, options: ChatOptions): Promise<void> {
  const face = chooseFace(options);
  const account = choose(clientFolder(options.data), named, face);
  const passphrase = await getPassphrase(options, 'existing');
  // Loaded while the passphrase is being stretched.
  const screen = face === 'screen' ? loadScreen() : undefined;
  screen?.catch(() => {});
  const vault = await openVault(vaultFile(clientFolder(options.data), account), passphrase);
  try {
    const environment = await nodeEnvironment();
    const client = await ParleyClient.open({ environment, vault });
    if (face === 'script') await talkByScript(client);
    else await talk(await ChatModel.open(client, environment), face, screen);
  } finally {
    await vault.close();
  }
}

async function talkByScript(client: ParleyClient): Promise<void> {
  quitOnSignals(() => client.quit());
  runScript(client, process.stdin);
  await run(client);
}

async function talk(model: ChatModel, face: Face, screen: ReturnType<typeof loadScreen> | undefined): Promise<void> {
  if (face !== 'pipe' && model.last !== undefined) void model.open(model.last);
  if (screen !== undefined) {
    quitOnSignals(() => model.quit());
    await (await screen).runScreen(model, () => run(model.client));
  } else {
    quitOnSignals(face === 'pipe' ? runInPipe(model) : runOnTerminal(model));
    await run(model.client);
  }
  if (model.error !== undefined) throw model.error;
}

/** Until it has ended. @throws what it cannot go on with */
async function run(client: ParleyClient): Promise<void> {
  await client.start();
  await client.done;
}

function quitOnSignals(quit: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void quit());
}

function chooseFace({ json, screenReader = Boolean(process.env.PARLEY_SCREEN_READER) }: ChatOptions): Face {
  if (json) return 'script';
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === 'dumb') return 'pipe';
  return screenReader ? 'screen reader' : 'screen';
}

/** @throws Failure where there is none, or more than one; who sits at a terminal without any account is told how to get one */
function choose(folder: string, named: string | undefined, face: Face): Account {
  const isNew = listAccounts(folder).length === 0;
  if (isNew && (face === 'screen' || face === 'screen reader')) explainFirstRun(folder);
  return chooseAccount(folder, named);
}
