import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Target } from './target.ts';

const FOLDER = resolve(import.meta.dirname, '../targets');

/** All targets, by file and then as they stand in it. Coverage that is to tell blocks of code apart is started before. */
export async function loadTargets(): Promise<Target[]> {
  const targets: Target[] = [];
  for (const file of readdirSync(FOLDER).sort()) {
    const module = (await import(pathToFileURL(join(FOLDER, file)).href)) as { targets: readonly Target[] };
    targets.push(...module.targets);
  }
  return targets;
}
