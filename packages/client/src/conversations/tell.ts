import type { ClientErrorCode } from '../events.ts';
import type { Transaction } from '../records/transaction.ts';
import type { Context } from './context.ts';

/** What an error is about, as far as it is known. */
export interface About {
  /** As `send` or `delete` gave it. */
  readonly id?: string;
  /** The other user. */
  readonly user?: string;
}

/** Tells the user that something was not done: once what `transaction` did instead is stored, or at once without one. */
export function tellError(
  { emit }: Pick<Context, 'emit'>,
  transaction: Transaction | undefined,
  code: ClientErrorCode,
  message: string,
  about: About = {},
): void {
  const error = { event: 'error', code, message, ...about } as const;
  if (transaction === undefined) emit(error);
  else transaction.tell(error);
}
