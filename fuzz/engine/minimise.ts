import type { Coverage } from './coverage.ts';
import { Execution } from './execution.ts';
import { readCorpus } from './files.ts';
import type { Target } from './target.ts';

/** Of a corpus the smallest inputs that reach, beside those committed already, what all of it reaches. */
export async function minimise(target: Target, corpus: readonly Uint8Array[], coverage: Coverage): Promise<Uint8Array[]> {
  const execution = new Execution(target, await target.prepare());
  coverage.reset();
  for (const input of readCorpus(target.name)) await execution.repeat(input);
  coverage.takeNew();
  const needed: Uint8Array[] = [];
  for (const input of corpus.toSorted((a, b) => a.length - b.length)) {
    await execution.repeat(input);
    if (coverage.takeNew().size > 0) needed.push(input);
  }
  return needed;
}
