import { generate } from '../load/generate.ts';
import type { Job } from '../load/job.ts';
import { type ParleyOptions, startParley } from '../servers/parley.ts';
import { type Figures, figuresOf } from './figures.ts';

/** What some work comes to with a server of its own, started for it. */
export async function withParley(options: ParleyOptions, work: Job['work']): Promise<Figures> {
  await using server = await startParley(options);
  return figuresOf(await generate(server, work, options.core));
}
