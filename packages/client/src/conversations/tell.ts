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

const SLOTS = [1, 2, 3];

/** How something is told. */
export type Tell = (context: Context, transaction: Transaction, code: ClientErrorCode, message: string, about: About) => void;

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

/**
 * The same of what came, which can be forged again and again: the same once a minute, and of one code and user three things a minute. Names
 * that the client does not know count as one, since a server can make up as many as it likes.
 */
export function tellOfArrived(
  context: Context,
  transaction: Transaction,
  code: ClientErrorCode,
  message: string,
  about: About,
): void {
  const isKnown = about.user !== undefined && transaction.get(context.records.contacts, about.user) !== undefined;
  const what = `${code} ${isKnown ? about.user : ''}`;
  const said = isKnown ? message : message.replaceAll(about.user ?? '', '');
  if (!context.isDue(`${what} ${said}`) || !SLOTS.some((slot) => context.isDue(`${what} ${slot}`))) return;
  tellError(context, transaction, code, message, about);
}
