import { ChatModel, ParleyClient } from '@parley/client';
import { nodeEnvironment } from '@parley/client/node';
import { clientFolder, listAccounts } from '../accounts.ts';
import { explainFirstRun } from '../chat/first-run.ts';
import { runInPipe, runOnTerminal } from '../chat/line-client.ts';
import { runScript } from '../chat/script.ts';
import { untilSignal } from '../signals.ts';
import { type AccountOptions, choose, withVaultOf } from '../vault-of.ts';

interface ChatOptions extends AccountOptions {
  readonly json?: boolean;
  readonly screenReader?: boolean;
}

/** The full terminal client, which Node cannot run from its sources: it needs the bundle (scripts/bundle-cli.ts). */
const loadScreen = () => import('../chat/screen/run.tsx');

/** How a client shows itself. */
type Face = 'script' | 'pipe' | 'screen reader' | 'screen';

/** Talks, for a person or (with `json`) for a program, until they quit. */
export async function chat(named: string | undefined, options: ChatOptions): Promise<void> {
  const face = chooseFace(options);
  const folder = clientFolder(options.data);
  if (isForPeople(face) && listAccounts(folder).length === 0) explainFirstRun(folder);
  const chosen = await choose(named, options);
  // Loaded while the passphrase is being stretched.
  const screen = face === 'screen' ? loadScreen() : undefined;
  screen?.catch(() => {});
  await withVaultOf(chosen, async (vault) => {
    const environment = await nodeEnvironment();
    const client = await ParleyClient.open({ environment, vault });
    if (face === 'script') await talkByScript(client);
    else await talk(await ChatModel.open(client, environment), face, screen);
  });
}

async function talkByScript(client: ParleyClient): Promise<void> {
  quitOnSignals(() => client.quit());
  runScript(client, process.stdin);
  await run(client);
}

async function talk(model: ChatModel, face: Face, screen: ReturnType<typeof loadScreen> | undefined): Promise<void> {
  if (isForPeople(face) && model.last !== undefined) void model.open(model.last);
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

/** Once: the next signal ends it where it stands. */
function quitOnSignals(quit: () => Promise<void>): void {
  untilSignal().addEventListener('abort', () => void quit());
}

function chooseFace({ json, screenReader = Boolean(process.env.PARLEY_SCREEN_READER) }: ChatOptions): Face {
  if (json) return 'script';
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === 'dumb') return 'pipe';
  return screenReader ? 'screen reader' : 'screen';
}

/** Somebody sits at a terminal. */
function isForPeople(face: Face): boolean {
  return face === 'screen' || face === 'screen reader';
}
