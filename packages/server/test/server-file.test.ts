import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServerFile, removeServerFile, writeServerFile } from '../src/operations/server-file.ts';
import { tempFolder } from './support/temp-folder.ts';

const SERVER = { pid: 7, host: '::', port: 10_000, names: ['localhost', '::1'], tls: false };

test('what a server writes about itself is read again, until it is removed', async (t) => {
  const folder = await tempFolder(t);
  assert.equal(await readServerFile(folder), undefined);
  for (const server of [SERVER, { ...SERVER, webUrl: 'https://chat.example' }]) {
    await writeServerFile(folder, server);
    assert.deepEqual(await readServerFile(folder), server);
  }
  await removeServerFile(folder);
  assert.equal(await readServerFile(folder), undefined);
});

test('a server.json that is damaged is named, and what to do about it', async (t) => {
  const folder = await tempFolder(t);
  const wrong = [
    '',
    '{"pid":7,',
    'null',
    '[]',
    '7',
    '{}',
    ...Object.keys(SERVER).map((key) => JSON.stringify({ ...SERVER, [key]: undefined })),
    JSON.stringify({ ...SERVER, port: 0 }),
    JSON.stringify({ ...SERVER, names: [] }),
    JSON.stringify({ ...SERVER, names: ['localhost', 7] }),
    JSON.stringify({ ...SERVER, webUrl: 7 }),
  ];
  for (const text of wrong) {
    await writeFile(join(folder, 'server.json'), text);
    await assert.rejects(
      readServerFile(folder),
      { name: 'ServerFileError', message: /server\.json is damaged: start the server/ },
      text,
    );
  }
});
