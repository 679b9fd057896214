import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../e2e/support/chromium.ts';
import { WebClient } from '../e2e/support/web-client.ts';
import { webInvite } from '../e2e/support/web-people.ts';
import { World } from '../e2e/support/world.ts';
import { benchmark } from './support/benchmark.ts';
import { number } from './support/options.ts';
import { smoothness } from './support/smoothness.ts';
import { ratio } from './support/statistics.ts';
import { fill, firstLoad, switchBackAndForth, unlock, WITHOUT_SERVICE_WORKER, wheel } from './support/web-steps.ts';

export const web = benchmark({
  what: 'The web client: what the first load takes, and how it does with many conversations',
  notes:
    'In Chromium without a GPU, over loopback: `npm run build` comes first. The first load is from the invite to the form; opening is from ' +
    'the passphrase to the chat, with many conversations and with none. What people would notice are tasks over 50 ms, and frames that are late. ' +
    'With --json each line has what, ms (of a step the median), longest_ms, ratio (to opening without conversations), files and kb (as sent, ' +
    'of the first load), long_tasks, longest_task_ms, frame_ms (median), longest_frame_ms; null where there is none.',
  programs: { chromium: 'chromium' },
  options: {
    conversations: number('conversations', 1_000, { min: 3, max: 100_000 }),
    messages: number('messages of all of them; one has half', 100_000, { min: 10, max: 10_000_000 }),
  },
  async run({ conversations, messages }, progress) {
    await using world = await World.start();
    const invite = webInvite(world);
    const profile = mkdtempSync(join(tmpdir(), 'parley-bench-'));
    world.defer(() => rmSync(profile, { recursive: true, force: true }));

    progress('the first load');
    const browser = await launchBrowser(profile, WITHOUT_SERVICE_WORKER);
    const load = await firstLoad(browser, invite);
    const alice = await WebClient.open(browser, 'alice');
    await alice.join(invite);
    await browser.close();

    progress('opening without conversations');
    const empty = await unlock(profile, invite);
    progress(`writing ${conversations} conversations and ${messages} messages`);
    await fill(profile, invite, { peers: conversations, messages });
    progress('opening with them');
    const looks: Looked[] = [];
    const full = await unlock(profile, invite, async (client) => {
      const look = async (what: string, work: () => Promise<Partial<Figures>>): Promise<void> => {
        progress(what);
        const { result, ...figures } = await smoothness(client.page, work);
        looks.push({ what, ...NONE, ...result, ...figures });
      };
      await look('from one conversation to another', () => switchBackAndForth(client));
      await look('scrolling the list of conversations', () => wheel(client.page, '.sidebar .scroller', 1));
      await client.page.keyboard.press('Control+k');
      await client.field('Name or command').fill('peer-0000');
      await client.page.keyboard.press('Enter');
      await client.page.getByRole('main', { name: 'peer-0000' }).waitFor();
      await look('looking back through a long conversation', () => wheel(client.page, '[role=log]', -1));
    });
    const rows: Looked[] = [
      { what: 'first load, to the form', ...NONE, ...load },
      { what: 'opening, no conversation', ...NONE, ms: empty, ratio: 1 },
      { what: `opening, ${conversations} conversations, ${messages} messages`, ...NONE, ms: full, ratio: ratio(full, empty) },
      ...looks,
    ];
    return { tables: [{ title: 'Web client', columns: COLUMNS, rows }] };
  },
});

const NONE = {
  ...{ ms: null, longest_ms: null, ratio: null, files: null, kb: null },
  ...{ long_tasks: null, longest_task_ms: null, frame_ms: null, longest_frame_ms: null },
};
type Figures = { readonly [Field in keyof typeof NONE]: number | null };
type Looked = { readonly what: string } & Figures;

const COLUMNS = [
  { field: 'what', title: 'what' },
  { field: 'ms', title: 'ms' },
  { field: 'longest_ms', title: 'longest' },
  { field: 'ratio', title: 'ratio', digits: 2 },
  { field: 'files', title: 'files' },
  { field: 'kb', title: 'kB' },
  { field: 'long_tasks', title: 'long tasks' },
  { field: 'longest_task_ms', title: 'longest' },
  { field: 'frame_ms', title: 'frame ms', digits: 1 },
  { field: 'longest_frame_ms', title: 'longest', digits: 1 },
];
