import { isUsername } from '@parley/protocol';
import { wrongUsage } from './exit.ts';

/** The name of a user as it was given on the command line. @throws Failure where no user can have it */
export function requireUser(name: string): string {
  if (isUsername(name)) return name;
  throw wrongUsage('USER is the name of a user: 2-32 of a-z 0-9 . _ -, starting and ending with a letter or digit');
}
