import type { ClientErrorCode } from '../events.ts';
import type { Context } from './context.ts';
import type { Transaction } from './transaction.ts';

/** Tells the user that something was not done, once what this transaction did instead is stored. */
export function fail(context: Context, transaction: Transaction, code: ClientErrorCode, message: string): undefined {
  transaction.effect(() => context.emit({ event: 'error', code, message }));
}
