import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { LineClient } from '../support/line-client.ts';
import { ScriptClient } from '../support/script-client.ts';

// What our own tools make of a process that ends: its last line may be read after its end.

const NOWHERE = 'nobody@localhost:1';

/** In the place of `parley`: ends at once, and leaves somebody who writes its last line a second after that. */
const LATE = `
  const late = "const wait = setInterval(() => { if (process.ppid === Number(process.argv[1])) return; clearInterval(wait);"
    + "setTimeout(() => console.log(JSON.stringify({ event: 'last' })), 1000) }, 10)";
  require('node:child_process').spawn(process.execPath, ['-e', late, String(process.pid)], { stdio: ['ignore', 'inherit', 'ignore'] }).unref();
`;
const under = [process.execPath, '-e', LATE, '--'];

test('the last line of a script client is seen, however long after its end it is read', async () => {
  const client = new ScriptClient(NOWHERE, tmpdir(), { under });
  await gone(client.pid);
  await client.next('last');
  await assert.rejects(client.next('more'), /it ended with 0 before/);
});

test('the last line of a line client is seen, however long after its end it is read', async () => {
  const client = new LineClient(NOWHERE, tmpdir(), { under });
  await gone(client.pid);
  await client.shows(/last/);
  await assert.rejects(client.shows(/more/), /it ended with 0/);
});

test('how a line client ended can be asked at any time, also where it was killed', async () => {
  const client = new LineClient(NOWHERE, tmpdir(), { under: [process.execPath, '-e', 'setTimeout(() => {}, 60_000)', '--'] });
  await client.kill();
  assert.equal(await client.ended(), null);
});

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
