import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Operator } from '../support/openssl.ts';
import { parley } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';
import { befriend, say, World } from '../support/world.ts';

suite('certificates', { skip: unlessInstalled('openssl') }, () => {
  test('openssl finds nothing wrong with what the first start made', async () => {
    await using world = await World.start();
    assert.match(await new Operator(world.serverFolder).verify(), /: OK\s*$/);
  });

  test('a server certificate and a CRL that an operator made with openssl are served and accepted', async () => {
    await using world = await World.start();
    const operator = new Operator(world.serverFolder);
    await world.join('alice');
    await operator.issueServer();
    await operator.issueCrl([]);
    assert.match(await operator.verify(), /: OK\s*$/);
    await expectAccepted(world);
    await world.restartServer();
    await expectAccepted(world);
  });

  /** What an operator, or who has taken the server over, does to the files, and what the user must be told. */
  const refusals: { name: string; told: RegExp; change: (operator: Operator, world: World) => Promise<void> }[] = [
    {
      name: 'a server certificate whose serial is on the CRL',
      told: /revoked/,
      change: async (operator) => operator.issueCrl([await operator.serial()]),
    },
    {
      name: 'a server certificate that has expired',
      told: /certificate has expired/,
      change: (operator) => operator.issueServer({ days: -1 }),
    },
    {
      name: 'a server certificate for another name',
      told: /not for the name/,
      change: (operator) => operator.issueServer({ name: 'other.example' }),
    },
    {
      name: 'another CA than the invite pinned',
      told: /CA .*pinned/,
      change: (operator) => operator.replaceCa(),
    },
    {
      name: 'a server certificate of another CA under the pinned one',
      told: /not signed by its CA/,
      change: async (operator, world) => {
        const ca = join(world.serverFolder, 'ca.pem');
        copyFileSync(ca, join(world.folder, 'pinned.pem'));
        await operator.replaceCa();
        copyFileSync(join(world.folder, 'pinned.pem'), ca);
      },
    },
    {
      name: 'a CRL that has expired',
      told: /CRL.*expired/,
      change: (operator) => operator.issueCrl([], { days: -1 }),
    },
    {
      name: 'a CRL with a lower number than one seen before',
      told: /CRL.*older/,
      change: async (operator, world) => {
        await operator.issueCrl([], { number: 0x2000 });
        await expectAccepted(world);
        await operator.issueCrl([], { number: 0x1fff });
      },
    },
  ];

  for (const { name, told, change } of refusals) {
    test(`refuses ${name}: chat ends with 4 and says so, while the server runs and after its restart`, async () => {
      await using world = await World.start();
      await world.join('alice');
      await expectAccepted(world);
      await change(new Operator(world.serverFolder), world);
      await expectRefused(world, told);
      await world.restartServer();
      await expectRefused(world, told);
    });
  }

  test('a user who is logged in while the files change is refused at the next login, and no sooner', async () => {
    await using world = await World.start();
    const [alice, bob] = await world.enterAll('alice', 'bob');
    await befriend(['alice', alice], ['bob', bob]);
    await new Operator(world.serverFolder).issueServer({ days: -1 });
    await say(['alice', alice], ['bob', bob], 'still here', '1');
    await alice.quit();
    await expectRefused(world, /expired/);
  });

  test('join refuses a server whose certificate has expired, with 4, and the invite stays good', async () => {
    await using world = await World.start();
    const operator = new Operator(world.serverFolder);
    await operator.issueServer({ days: -1 });
    const refused = await parley(['join', world.invite, 'alice', '--json', '--data', world.clientFolder('alice')]);
    assert.equal(refused.code, 4, refused.stderr);
    assert.match(refused.stderr, /expired/);
    await operator.issueServer();
    await world.join('alice');
  });

  test('a server started with another name issues a certificate for it', async () => {
    await using world = await World.start();
    await world.join('alice');
    await world.restartServer({ names: ['other.example'] });
    await expectRefused(world, /not for the name/);
    await world.restartServer({ names: ['other.example', 'localhost'] });
    await expectAccepted(world);
    assert.match(await new Operator(world.serverFolder).verify(), /: OK\s*$/);
  });
});

async function expectAccepted(world: World): Promise<void> {
  const alice = world.start('alice');
  await alice.next('ready');
  assert.equal(await alice.quit(), 0);
}

async function expectRefused(world: World, told: RegExp): Promise<void> {
  const chat = ['chat', world.account('alice'), '--json', '--data', world.clientFolder('alice')];
  const { code, stdout, stderr } = await parley(chat);
  assert.equal(code, 4, `${stderr}${stdout}`);
  assert.match(stderr, told);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  assert.doesNotMatch(stdout, /"ready"/);
}
