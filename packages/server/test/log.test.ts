import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';

test('a log that finds no space ends nothing, and keeps no more than a little of it', {
  skip: process.platform !== 'linux' && 'needs /dev/full',
}, () => {
  const module = new URL('../src/operations/log.ts', import.meta.url).href;
  const script = `
    import { createLog } from ${JSON.stringify(module)};
    const log = createLog();
    const before = process.memoryUsage().heapUsed;
    for (let count = 0; count < 200_000; count += 1) log.error('the disk is full', { count });
    globalThis.gc();
    console.log(process.memoryUsage().heapUsed - before < 4_000_000 ? 'small' : 'large');
  `;
  const full = openSync('/dev/full', 'w');
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', full],
    encoding: 'utf8',
  });
  closeSync(full);
  assert.deepEqual([status, stdout], [0, 'small\n']);
});
