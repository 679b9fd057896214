import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case, QueryName } from './case.ts';
import { CASES } from './cases.ts';
import { applyEdits, fill } from './edits.ts';
import { type Answer, askProVerif } from './proverif.ts';

/** A query of a case, with what ProVerif must say and what it says. */
interface Finding {
  readonly name: string;
  readonly query: QueryName;
  readonly expected: Answer;
  readonly found: Answer;
}

/** A case that has been run; `seconds` are those of all its queries. */
export interface Checked {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

/** A case may take so long for each of its queries. */
const LIMIT_MS = 5 * 60_000;
const folder = import.meta.dirname;

/** The whole text that a case gives ProVerif. @throws Error where an edit does not fit the model */
export async function modelOf({ edits, expect }: Case): Promise<string> {
  const [model, ...queries] = await Promise.all(
    ['login.pv', ...Object.keys(expect).map((name) => join('queries', `${name}.pv`))].map((file) =>
      readFile(join(folder, file), 'utf8'),
    ),
  );
  return applyEdits(model ?? '', [...edits, fill('queries', `\n${queries.join('')}`)]);
}

/**
 * Runs a case of the login model through ProVerif, for five minutes a query at most.
 * @throws ProVerifMissing; Error where there is no such case, or ProVerif does not take the model
 */
export async function checkLogin(name: string): Promise<Checked> {
  const found = Object.hasOwn(CASES, name) ? CASES[name] : undefined;
  if (found === undefined) throw new Error(`there is no case '${name}'; there are ${Object.keys(CASES).join(', ')}`);
  const expected = Object.entries(found.expect) as [QueryName, Answer][];
  const start = performance.now();
  const answers = await askProVerif(await modelOf(found), expected.length, LIMIT_MS * expected.length);
  const findings = expected.map(([query, answer], i): Finding => {
    return { name, query, expected: answer, found: answers[i] ?? 'no answer' };
  });
  return { name, what: found.what, seconds: (performance.now() - start) / 1_000, findings };
}
