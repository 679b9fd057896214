import type { Edit } from './edits.ts';
import type { Answer } from './proverif.ts';

/** The files in queries/, each of which holds one query and says in words what it asks. */
export type QueryName =
  | 'both-agree'
  | 'client-authenticates-server'
  | 'client-gets-from-server'
  | 'client-secrecy'
  | 'hidden-channel-key'
  | 'hidden-user'
  | 'honest-run-cannot-finish'
  | 'server-authenticates-client'
  | 'server-gets-from-client'
  | 'server-secrecy'
  | 'which-user';

/** One run of ProVerif: the model with some edits, and what each query must give. */
export interface Case {
  readonly what: string;
  readonly edits: readonly Edit[];
  readonly expect: Readonly<Partial<Record<QueryName, Exclude<Answer, 'no answer'>>>>;
}
