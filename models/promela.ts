import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EPOCHS } from './searches/epochs.ts';
import { MAILBOX } from './searches/mailbox.ts';
import { REQUESTS } from './searches/requests.ts';
import { type Found, type Kind, search } from './spin.ts';

/** A text of a model that is there once, and what stands there instead: a rule that is broken. */
export interface Change {
  readonly from: string;
  readonly to: string;
}

/** One question to a model. */
export interface Search {
  /** What holds, or for a mutant what is done wrong. */
  readonly name: string;
  /** Macros, for seconds and for minutes; undefined: not asked in so short a time. */
  readonly quick: readonly string[] | undefined;
  readonly long: readonly string[];
  /** `safety` if nothing is said. */
  readonly kind?: Kind;
  readonly changes?: readonly Change[];
  /** undefined: all is well; else words that the error has: those of the line in the model with the assertion that fails. */
  readonly fails?: string;
}

/** A file in Promela, and what is asked of it. */
export interface Model {
  readonly name: string;
  readonly searches: readonly Search[];
}

export const MODELS: readonly Model[] = [
  { name: 'requests', searches: REQUESTS },
  { name: 'mailbox', searches: MAILBOX },
  { name: 'epochs', searches: EPOCHS },
];

/** The text of a model, with changes. @throws Error where one does not fit */
export function sourceOf({ name }: Model, changes: readonly Change[] = []): string {
  let text = readFileSync(join(import.meta.dirname, `${name}.pml`), 'utf8');
  for (const { from, to } of changes) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${name}.pml has this ${parts.length - 1} times, not once: ${from}`);
    text = parts.join(to);
  }
  return text;
}

/** @throws SpinError */
export function ask(model: Model, question: Search, defines: readonly string[]): Promise<Found> {
  const { kind = 'safety', changes, fails } = question;
  return search({ source: sourceOf(model, changes), defines, kind, isShort: fails !== undefined });
}

/** Whether that is what was expected. */
export function isExpected({ fails }: Search, { error }: Found): boolean {
  return fails === undefined ? error === undefined : error?.includes(fails) === true;
}
