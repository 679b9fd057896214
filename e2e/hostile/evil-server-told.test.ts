import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { Opcode } from '@parley/protocol';
import { DevicesSchema, RttSchema } from '@parley/protocol/wire';
import { enterLine } from '../support/chat.ts';
import { launchChromium } from '../support/chromium.ts';
import { withGhost } from '../support/evil-server/device-lists.ts';
import { Impostor } from '../support/evil-server/impostor.ts';
import { holdingBack } from '../support/evil-server/mailbox-lies.ts';
import { Scene } from '../support/evil-server/scene.ts';
import { unlessInstalled } from '../support/programs.ts';
import type { ScriptClient } from '../support/script-client.ts';
import { WebClient } from '../support/web-client.ts';

/** What people see of what a server has done to them, whatever they look at. */

interface Told {
  /** What the server does to Bob, with whom Alice talks. */
  readonly lie: (scene: Scene, alice: ScriptClient) => Promise<void>;
  readonly words: RegExp;
}

async function write(alice: ScriptClient, text: string): Promise<void> {
  alice.send({ do: 'send', to: 'bob', text, id: text });
  await alice.next('sent', { id: text });
}

const TOLD: readonly Told[] = [
  {
    async lie(scene, alice) {
      scene.evil.tell(holdingBack('bob', Opcode.MESSAGE));
      await write(alice, 'held back');
      await write(alice, 'brought');
    },
    words: /a message of alice is missing before this one: held back, late, or never sent/,
  },
  {
    async lie({ evil }) {
      const { fromDevices } = fromBinary(RttSchema, evil.bodies('bob', Opcode.RTT)[0] ?? assert.fail());
      const devices = withGhost(fromDevices ?? assert.fail(), (await Impostor.of('alice')).account, 'of the ghost');
      await evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices });
    },
    words: /a device list in alice's name was dropped/,
  },
  {
    async lie({ evil }) {
      evil.sessionsOf('bob')[0]?.send({ opcode: Opcode.OK, body: new Uint8Array(0) }, 1_000_000);
    },
    words: /what the server says makes no sense: an answer to nothing that was asked/,
  },
];

const CHANGED: Told = {
  async lie({ evil }) {
    await evil.deliver('bob', Opcode.DEVICES, DevicesSchema, { devices: (await Impostor.of('alice')).list });
  },
  words: /alice shows another identity than before/,
};

/** The last is about a device list too, and comes once Bob is on line again. */
async function tellAll(scene: Scene, alice: ScriptClient, shows: (words: RegExp) => Promise<unknown>): Promise<void> {
  for (const { lie, words } of TOLD) {
    await lie(scene, alice);
    await shows(words);
  }
  await alice.next('presence', { user: 'bob', online: true });
  await CHANGED.lie(scene, alice);
  await shows(CHANGED.words);
}

async function ask(alice: ScriptClient): Promise<void> {
  alice.send({ do: 'request', user: 'bob' });
}

test('the plain client says in a line each what the server has done', async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enterLines('bob')];
  await ask(alice);
  await bob.shows(/alice asks to talk/);
  bob.type('/accept alice');
  await alice.next('accepted', { by: 'bob' });
  await tellAll(scene, alice, (words) => bob.shows(new RegExp(`Error: .*${words.source}`)));
});

test('the terminal says the same', { skip: unlessInstalled('tmux') }, async () => {
  await using scene = await Scene.start();
  const [alice, bob] = [await scene.enter('alice'), await scene.enterTerminal('bob')];
  await ask(alice);
  await bob.shows(/alice asks to talk/);
  await enterLine(bob, '/accept alice');
  await alice.next('accepted', { by: 'bob' });
  // Words that stand in one row at this width.
  const start = (words: RegExp): RegExp => new RegExp(words.source.split(' ').slice(0, 5).join('\\s+'));
  await tellAll(scene, alice, (words) => bob.shows(start(words)));
  await bob.shows(/something that alice has sent is missing here/);
});

test('the web client says the same', { skip: unlessInstalled('chromium') }, async () => {
  const browser = await launchChromium();
  await using scene = await Scene.start();
  try {
    const alice = await scene.enter('alice');
    const bob = await WebClient.open(browser, 'bob');
    await bob.join(scene.webInvite);
    await ask(alice);
    await bob.accept();
    await alice.next('accepted', { by: 'bob' });
    await tellAll(scene, alice, (words) => bob.page.getByRole('status').getByText(words).first().waitFor());
    await bob.page.getByRole('log').getByText('Something that alice has sent is missing here.').waitFor();
  } finally {
    await browser.close();
  }
});
