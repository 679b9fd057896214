/**
 * The program of the attackers: `node flood.ts ATTACK HOST PORT PREFIX PER_SECOND COUNT`. Prints `{"ready":true}`; from the first byte of
 * its input on it begins so many attacks a second until there were COUNT of them, and prints `{"begun":N}`; once the server has ended all
 * of them it prints `{"ends":{HOW:N,…}}`. Ends with its input.
 */
import { once } from 'node:events';
import { Attacker } from './attacker.ts';
import { ATTACKS } from './attacks.ts';

const TICK_MS = 10;

const [, , attackName = '', host = '', port = '', prefix = '', perSecond = '', count = ''] = process.argv;
const attack = ATTACKS[attackName];
if (attack === undefined) throw new Error(`there is no attack ${attackName}`);
const target = { host, port: Number(port), prefix };

const ends: Record<string, number> = {};
const steps = new Set<() => void>();
const allOver = Promise.withResolvers<void>();
let [begun, over] = [0, 0];

function begin(index: number): void {
  const attacker = new Attacker(target, index, (how) => {
    ends[how] = (ends[how] ?? 0) + 1;
    if (step !== undefined) steps.delete(step);
    over += 1;
    if (over === Number(count)) allOver.resolve();
  });
  const step = attack?.begin(attacker, index);
  if (step !== undefined) steps.add(step);
}

setInterval(() => {
  for (const step of steps) step();
}, 1_000);
console.log(JSON.stringify({ ready: true }));
await once(process.stdin, 'data');
const startMs = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(Number(count), Math.ceil(((performance.now() - startMs) / 1_000) * Number(perSecond)));
    for (; begun < due; begun += 1) begin(begun);
    if (begun < Number(count)) return;
    clearInterval(timer);
    resolve();
  }, TICK_MS);
});
console.log(JSON.stringify({ begun }));
await allOver.promise;
console.log(JSON.stringify({ ends }));
await once(process.stdin.resume(), 'end');
process.exit(0);
