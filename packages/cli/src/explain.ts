import { Exit, type ExitCode, Failure } from './exit.ts';
import { neutralize } from './sanitize.ts';

/**
 * Which exit code the errors of the other packages mean. They are told apart by their names: this file must load none of them.
 */
const EXIT_BY_NAME: Readonly<Record<string, ExitCode>> = {
  ConnectError: Exit.unreachable,
  LoginError: Exit.loginFailed,
  ServerCheckError: Exit.loginFailed,
  VaultError: Exit.localStore,
  StoreError: Exit.localStore,
  AuthorityError: Exit.localStore,
  FolderError: Exit.localStore,
  FolderInUseError: Exit.localStore,
  ServerFileError: Exit.localStore,
  ParleyError: Exit.refused,
};

/** The exit code of an error, and the one line that is printed for it. */
export function explain(error: unknown): { exitCode: ExitCode; line: string } {
  if (!(error instanceof Error)) return { exitCode: Exit.refused, line: neutralize(String(error)) };
  // Which check of the server failed is told by its name too: people look that up.
  const check = 'check' in error ? ` (check: ${error.check})` : '';
  const line = neutralize(error.message.replaceAll(/\s*\n\s*/g, ' ') + check);
  if (error instanceof Failure) return { exitCode: error.exitCode, line };
  const exitCode = Object.hasOwn(EXIT_BY_NAME, error.name) ? EXIT_BY_NAME[error.name] : undefined;
  if (exitCode !== undefined) return { exitCode, line };
  return { exitCode: Exit.refused, line: `unexpected: ${line}: please report this` };
}
