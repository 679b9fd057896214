import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { launchChromium } from '../support/chromium.ts';
import { unlessInstalled } from '../support/programs.ts';
import { WebClient } from '../support/web-client.ts';
import { webInvite } from '../support/web-people.ts';
import { World } from '../support/world.ts';

suite('plain http away from localhost', { skip: unlessInstalled('chromium') }, () => {
  test('is explained, with the same address over TLS, and nothing is sent or asked for', async () => {
    await using world = await World.start({ names: ['parley.example'] });
    const browser = await launchChromium('--host-resolver-rules=MAP parley.example 127.0.0.1');
    world.defer(() => browser.close());
    const client = await WebClient.open(browser, 'alice');
    const { port } = world.server;
    const invite = webInvite(world).replace(/^https?:\/\/[^/]*/, `http://parley.example:${port}`);
    await client.page.goto(invite);
    await client.page.getByRole('heading', { name: 'This address needs TLS' }).waitFor();
    const link = client.page.getByRole('link', { name: 'the same address with https' });
    assert.equal(await link.getAttribute('href'), invite.replace('http:', 'https:'), 'the invite goes along');
    await client.page.getByText(`http://localhost:${port}`).waitFor();
    assert.equal(await client.page.getByRole('textbox').count(), 0);
    // Chromium itself says that it passes over a header, which the server sends to everybody: it does not know what is before it.
    const complaints = client.complaints.filter(
      (text) => !text.startsWith('The Cross-Origin-Opener-Policy header has been ignored'),
    );
    assert.deepEqual(complaints, []);
  });
});
