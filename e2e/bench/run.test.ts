import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { BENCHMARKS } from '../../bench/benchmarks.ts';
import { parseJsonLine } from '../support/json-lines.ts';
import { environment, type Finished, within } from '../support/process.ts';
import { unlessInstalled } from '../support/programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Of a short run: what it has and what each figure is. */
const RELAY_FIGURES = ['pairs', 'window', 'bytes', 'per_s', 'cpu_us', 'generator_cpu_us', 'p50_ms', 'p99_ms', 'ok_p50_ms'];
const skip = unlessInstalled('setpriv');

function start(argumentList: readonly string[], folder: string): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [join(ROOT, 'bench/run.ts'), ...argumentList], {
    env: { ...environment(), TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, stdout, stderr }));
  return { child, finished: within(ended, 'the benchmark to end', () => child.kill('SIGKILL')) };
}

async function bench(
  argumentList: readonly string[],
): Promise<Finished & { readonly left: readonly string[]; readonly svg: string }> {
  using stack = new DisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const finished = await start(argumentList, folder).finished;
  const left = readdirSync(folder);
  return { ...finished, left, svg: left.includes('a.svg') ? readFileSync(join(folder, 'a.svg'), 'utf8') : '' };
}

describe('npm run bench', () => {
  it('lists all benchmarks, a line each', async () => {
    const { code, stdout } = await bench([]);
    assert.equal(code, 0);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    assert.deepEqual(names, Object.keys(BENCHMARKS));
  });

  it('ends with 2, says what to do and prints nothing else where it was told something wrong', async () => {
    for (const argumentList of [['nothing'], ['relay', '--pears', '3'], ['relay', '--svg', '/nowhere/at/all.svg']]) {
      const { code, stdout, stderr, left } = await bench([...argumentList, '--json']);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.deepEqual(left, []);
    }
  });

  it('measures the relay of real processes, loses nothing and leaves nothing', { skip }, async () => {
    const { code, stdout, stderr, left } = await bench([
      'relay',
      '--pairs',
      '2',
      '--seconds',
      '0.3',
      '--warm-up',
      '0.1',
      '--runs',
      '1',
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const line = parseJsonLine(stdout.trimEnd());
    assert.equal(line.pattern, 'one-way');
    assert.deepEqual([line.lost, line.disconnected], [0, 0]);
    for (const figure of RELAY_FIGURES) assert.ok(typeof line[figure] === 'number', figure);
    assert.ok(Number(line.per_s) > 0);
    assert.deepEqual(left, []);
  });

  it('compares in lines of just these fields', { skip }, async () => {
    const { code, stdout, stderr } = await bench([
      ...['compare', '--json', '--only', 'parley', '--rounds', '1', '--seconds', '0.2', '--warm-up', '0'],
      ...['--pairs', '2', '--lanes', '2', '--cases', 'relay-ping,login'],
    ]);
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n').map(parseJsonLine);
    assert.deepEqual(
      lines.map((line) => [line.server, line.case]),
      [
        ['parley', 'relay-ping'],
        ['parley', 'login'],
      ],
    );
    for (const line of lines) {
      assert.deepEqual(Object.keys(line), ['server', 'case', 'cpu_us', 'per_s', 'p50_ms', 'p99_ms', 'kb']);
      assert.equal(line.kb, null);
    }
  });

  it('ends at once with all that it has started when it is interrupted', { skip }, async () => {
    using stack = new DisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const { child, finished } = start(['relay', '--seconds', '60'], folder);
    await once(child.stderr ?? child, 'data');
    while (!readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('server.json'))) {
      await new Promise((wake) => setTimeout(wake, 20));
    }
    child.kill('SIGINT');
    assert.equal((await finished).code, 130);
    assert.deepEqual(readdirSync(folder), []);
  });
});
