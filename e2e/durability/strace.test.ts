import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRead, isSocket, isSync, isWrite, parseTrace } from '../support/strace.ts';

const SOCKET = 'TCP:[127.0.0.1:10000->127.0.0.1:5555]';
const WAL = '/data/parley.db-wal';
const parse = (...lines: string[]) => parseTrace(lines.join('\n'));

test('reads a call on a socket and one on a file, with what they returned', () => {
  const calls = parse(
    `70 1795515523.500000 read(21<${SOCKET}>, ""..., 65536) = 310`,
    `71 1795515523.506808 pwrite64(29<${WAL}>, ""..., 4096, 56) = 4096`,
  );
  assert.deepEqual(calls, [
    { name: 'read', on: SOCKET, atMs: 1795515523500, called: 0, returned: 0, result: 310 },
    { name: 'pwrite64', on: WAL, atMs: 1795515523506.808, called: 1, returned: 1, result: 4096 },
  ]);
  assert.deepEqual(calls.map(isSocket), [true, false]);
  assert.deepEqual(calls.map(isRead), [true, false]);
  assert.deepEqual(calls.map(isWrite), [false, true]);
});

test('knows a sync to be over only where it has returned', () => {
  const [sync, write] = parse(
    `71 1795515523.506808 fdatasync(29<${WAL}> <unfinished ...>`,
    `70 1795515523.506900 writev(21<${SOCKET}>, [{iov_base=""..., iov_len=4}, {iov_base=""..., iov_len=86}], 2) = 90`,
    '71 1795515523.507439 <... fdatasync resumed>) = 0',
  );
  assert.deepEqual([sync?.called, sync?.returned, sync?.result], [0, 2, 0]);
  assert.deepEqual([write?.called, write?.returned, write?.result], [1, 1, 90]);
  assert.deepEqual(
    [sync, write].map((call) => call && isSync(call)),
    [true, false],
  );
});

test('tells calls of two threads apart that are under way at once', () => {
  const calls = parse(
    `71 1795515523.1 fsync(29<${WAL}> <unfinished ...>`,
    `70 1795515523.2 read(21<${SOCKET}>, <unfinished ...>`,
    '71 1795515523.3 <... fsync resumed>) = -1 EIO (Input/output error)',
    '70 1795515523.4 <... read resumed>""..., 65536) = 5',
  );
  assert.deepEqual(
    calls.map(({ name, returned, result }) => [name, returned, result]),
    [
      ['fsync', 2, -1],
      ['read', 3, 5],
    ],
  );
});

test('does not take an error or an end for a read', () => {
  const calls = parse(
    `70 1795515523.1 read(21<${SOCKET}>, 0x7f00, 65536) = -1 EAGAIN (Resource temporarily unavailable)`,
    `70 1795515523.2 read(21<${SOCKET}>, ""..., 65536) = 0`,
  );
  assert.deepEqual(calls.map(isRead), [false, false]);
});

test('leaves out what is no call on a descriptor, and what was cut off', () => {
  const calls = parse(
    '70 1795515523.1 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---',
    '70 1795515523.2 +++ exited with 0 +++',
    '72 1795515523.3 <... fsync resumed>) = 0',
    `70 1795515523.4 read(21<${SOCKET}>, ""..., 655`,
  );
  assert.deepEqual(calls, []);
});
