import type { ClientErrorCode } from '../events.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** Tells the user that something was not done: once what `transaction` did instead is stored, or at once without one. */
export function tellError(
  { emit }: Pick<Context, 'emit'>,
  transaction: Transaction | undefined,
  code: ClientErrorCode,
  message: string,
): void {
  if (transaction === undefined) emit({ event: 'error', code, message });
  else transaction.tell({ event: 'error', code, message });
}
