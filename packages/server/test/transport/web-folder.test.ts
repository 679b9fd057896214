import assert from 'node:assert/strict';
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MAX_WEB_BYTES, MAX_WEB_FILES } from '@parley/protocol';
import { createServer, silentLog } from '../../src/index.ts';
import { readWebFolder } from '../../src/transport/web-folder.ts';
import { TestServer } from '../support/server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { CLIENT, PAGE, webFolder } from '../support/web-folder.ts';

test('has every file by its path, the page at / too, and no compressed one by itself', async (t) => {
  const files = await readWebFolder(await webFolder(t));
  assert.deepEqual([...files.keys()].sort(), [
    '/',
    '/assets/main-C0ffee.js',
    '/favicon.svg',
    '/icons/512.png',
    '/index.html',
    '/manifest.webmanifest',
    '/sw.js',
  ]);
  assert.equal(files.get('/'), files.get('/index.html'));
});

test('leaves out symbolic links, and what starts with a dot', async (t) => {
  const folder = await webFolder(t, { ...CLIENT, '.env': 'secret', '.vite/manifest.json': '{}' });
  const outside = await webFolder(t, { 'secret.txt': 'secret' });
  await symlink(join(outside, 'secret.txt'), join(folder, 'secret.txt'));
  await symlink(outside, join(folder, 'outside'));
  const files = await readWebFolder(folder);
  assert.deepEqual([...files.keys()].sort(), [...(await readWebFolder(await webFolder(t))).keys()].sort());
});

test('refuses a folder without a page', async (t) => {
  await assert.rejects(readWebFolder(await webFolder(t, { 'main.js': '' })), refused(/index\.html is missing/));
});

test('refuses a folder that is not there', async (t) => {
  await assert.rejects(readWebFolder(join(await tempFolder(t), 'dist')), refused(/ENOENT/));
});

test('refuses a file of a type that it does not know', async (t) => {
  await assert.rejects(
    readWebFolder(await webFolder(t, { ...CLIENT, 'main.js.map': '{}' })),
    refused(/^\/main\.js\.map is of a type/),
  );
  await assert.rejects(readWebFolder(await webFolder(t, { ...CLIENT, LICENSE: '' })), refused(/^\/LICENSE is of a type/));
});

test('refuses a name that a URL could write in two ways', async (t) => {
  for (const name of ['a b.js', 'ä.js', '%2e.js', 'a?b.js', 'a\\b.js'])
    await assert.rejects(readWebFolder(await webFolder(t, { ...CLIENT, [name]: '' })), refused(/characters in its name/));
});

test('refuses a compressed file that belongs to none', async (t) => {
  const files = { ...CLIENT, 'other.js.br': 'x' };
  await assert.rejects(readWebFolder(await webFolder(t, files)), refused(/^\/other\.js\.br belongs to no file/));
});

test('refuses a compressed file that holds something else than the file beside it', async (t) => {
  for (const [name, content] of [
    ['index.html.gz', gzipSync('another page')],
    ['index.html.gz', gzipSync(PAGE).subarray(0, -3)],
    ['index.html.gz', gzipSync(PAGE.repeat(1_000))],
    ['index.html.br', Buffer.from(PAGE)],
  ] as const) {
    await assert.rejects(readWebFolder(await webFolder(t, { ...CLIENT, [name]: content })), refused(/does not hold what/));
  }
});

test('refuses more files than are kept in memory', async (t) => {
  const many = Object.fromEntries(Array.from({ length: MAX_WEB_FILES - 1 }, (_, i) => [`${i}.txt`, '']));
  const folder = await webFolder(t, { 'index.html': PAGE, ...many });
  assert.equal((await readWebFolder(folder)).size, MAX_WEB_FILES + 1);
  await writeFile(join(folder, 'one-more.txt'), '');
  await assert.rejects(readWebFolder(folder), refused(/more than 512 files/));
});

test('refuses more bytes than are kept in memory, before it reads them', async (t) => {
  const folder = await webFolder(t, { 'index.html': PAGE, 'big.txt': '' });
  await truncate(join(folder, 'big.txt'), MAX_WEB_BYTES);
  await assert.rejects(readWebFolder(folder), refused(/more than 33554432 bytes/));
});

test('a server does not start with a folder that it refuses, and leaves nothing open', async (t) => {
  const dataFolder = await tempFolder(t);
  const config = { dataFolder, host: '127.0.0.1', port: 0, names: ['localhost'], logger: silentLog };
  await assert.rejects(createServer({ ...config, webFolder: await webFolder(t, {}) }), refused(/index\.html/));
  await TestServer.start(t, { dataFolder });
});

function refused(message: RegExp): object {
  return { name: 'WebFolderError', message };
}
