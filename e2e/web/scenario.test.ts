import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { befriendOnWeb, WebClient } from '../support/web-client.ts';
import { webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('two people at two browsers', { skip: unlessInstalled('chromium') }, () => {
  test('join from links, ask, accept, and talk both ways; a third refuses', async () => {
    await using world = await World.start();
    const browser = await launchChromium();
    world.defer(() => browser.close());
    const invite = webInvite(world);
    const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((user) => WebClient.open(browser, user)));
    assert.ok(alice && bob && carol);
    for (const client of [alice, bob, carol]) await client.join(invite);
    assert.equal(new URL(alice.page.url()).hash, '', 'no secret is left in the address');

    await befriendOnWeb(alice, bob);
    await alice.write('hello bob');
    await bob.reads('hello bob');
    await bob.write('hi alice');
    await alice.reads('hi alice');
    assert.deepEqual(await alice.lines(), ['You: hello bob', 'bob: hi alice']);
    assert.deepEqual(await bob.lines(), ['alice: hello bob', 'You: hi alice']);

    await alice.request('carol');
    await carol.button('Refuse').click();
    await alice.page.getByText('carol refused.').waitFor();
    for (const client of [alice, bob, carol]) client.isQuiet();
  });
});
