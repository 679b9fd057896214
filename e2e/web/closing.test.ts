import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { unlessInstalled } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { WebClient } from '../support/web-client.ts';
import { webGround } from '../support/web-ground.ts';
import { befriendTerminal } from '../support/web-people.ts';

suite('an account that is closed', { skip: unlessInstalled('chromium') }, () => {
  const ground = webGround();

  test('leaves nothing on the screen, and keeps what was being typed to the last letter', async () => {
    const bob = await ground.world.enter('bob');
    const alice = await WebClient.open(ground.browser, 'alice');
    await alice.join(ground.invite);
    await befriendTerminal(alice, ['bob', bob]);
    await alice.write('said before');
    await alice.reads('said before');
    await alice.field('Message').pressSequentially('half a sen');
    await alice.page.keyboard.press('Control+,');
    await alice.button('Lock now').click();
    await alice.button('Unlock').waitFor();
    assert.equal(await alice.page.getByText('said before').count(), 0);
    await alice.unlock();
    await alice.reads('said before');
    await until(async () => (await alice.field('Message').inputValue()) === 'half a sen', 'the draft');
    alice.isQuiet();
    await alice.close();
  });

  test('keeps a text either as a draft or as sent, and never as both', async () => {
    const carol = await ground.world.enter('carol');
    const dave = await WebClient.open(ground.browser, 'dave');
    await dave.join(ground.invite);
    await befriendTerminal(dave, ['carol', carol]);
    await dave.field('Message').pressSequentially('all of it');
    await dave.field('Message').press('Enter');
    await carol.next('message', { text: 'all of it' });
    await dave.reads('all of it');
    await dave.page.reload();
    await dave.unlock();
    await dave.reads('all of it');
    // A draft would come a moment after the conversation.
    await dave.page.waitForTimeout(500);
    assert.equal(await dave.field('Message').inputValue(), '');
    dave.isQuiet();
    await dave.close();
  });

  test('shows what comes when it outgrows the screen, where something new began it', async () => {
    const erin = await ground.world.enter('erin');
    const frank = await WebClient.open(ground.browser, 'frank');
    await frank.join(ground.invite);
    await befriendTerminal(frank, ['erin', erin]);
    await frank.page.keyboard.press('Control+,');
    await frank.button('Lock now').click();
    await frank.button('Unlock').waitFor();
    erin.send({ do: 'send', to: 'frank', text: 'one that is new', id: '0' });
    await erin.next('sent', { id: '0' });
    await frank.unlock();
    await frank.reads('one that is new');
    for (let i = 1; i <= 40; i += 1) erin.send({ do: 'send', to: 'frank', text: `line ${i}`, id: String(i) });
    await frank.reads('line 40');
    frank.isQuiet();
    await frank.close();
  });
});
