import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeMls } from '../../src/mls/node.ts';
import { SUITES, type SuiteNumber } from '../../src/mls/suites.ts';
import { webMls } from '../../src/mls/web.ts';
import { device, group, NOW } from './support.ts';

test('the suite is the hybrid post-quantum one unless another is asked for', async () => {
  assert.equal((await nodeMls()).suite, 83);
  assert.equal((await webMls()).suite, 83);
  assert.equal((await nodeMls(1)).suite, 1);
});

for (const suite of Object.keys(SUITES).map(Number) as SuiteNumber[]) {
  describe(`node and web in one group of suite ${suite}`, async () => {
    const node = await nodeMls(suite);
    const web = await webMls(suite);

    for (const [name, providers] of [
      ['node made', [node, web]],
      ['web made', [web, node]],
    ] as const) {
      test(`that ${name}: messages, commits and past epochs`, async () => {
        const ends = await group(providers, [device('alice'), device('bob'), device('alice'), device('bob')]);
        for (const committer of ends) {
          const early = await committer.send('early');
          const commit = await committer.commit();
          const late = await committer.send('late');
          for (const end of ends) {
            if (end === committer) continue;
            assert.equal(await end.process(commit), committer.device.username);
            assert.equal((await end.receive(late)).text, 'late');
            assert.equal((await end.receive(early)).text, 'early');
          }
        }
      });
    }

    test('read each other’s KeyPackages and stored groups', async () => {
      const alice = device('alice');
      const made = await web.createKeyPackage(alice, NOW);
      assert.deepEqual(await node.readKeyPackage(made.keyPackage, NOW), await web.readKeyPackage(made.keyPackage, NOW));
      const { state, welcome } = await node.createGroup(device('bob'), new Uint8Array(16), [made.keyPackage], NOW);
      const joined = await node.join(alice, welcome, [made.stored]);
      const moved = web.decode(node.encode(joined.state));
      const { ciphertext } = await node.encrypt(state, Uint8Array.of(1), new Uint8Array());
      assert.deepEqual((await web.decrypt(moved, ciphertext)).plaintext, Uint8Array.of(1));
    });
  });
}
