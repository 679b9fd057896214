import type { Calls, Problem } from './calls.ts';
import type { CallMessage, WorkerMessage } from './wire.ts';

/** Answers what the page asks. */
export async function answer(calls: Calls, { id, name, arguments: given }: CallMessage): Promise<WorkerMessage> {
  try {
    const value = await (calls[name] as (...parameters: readonly unknown[]) => Promise<unknown>).apply(calls, [...given]);
    return { answer: id, value };
  } catch (error) {
    return { answer: id, problem: problemOf(error) };
  }
}

/** Only what people and programs need of it crosses: no stack, no cause. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { name: 'Error', code: undefined, message: String(error) };
  // Which check of the server failed is told by its name too: people look that up.
  const check = 'check' in error ? ` (check: ${error.check})` : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, code, message: error.message + check };
}
