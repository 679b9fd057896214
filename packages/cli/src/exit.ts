/** Exit codes of `parley`: a contract (docs/cli.md). */
export const Exit = {
  done: 0,
  /** The other side said no; also for anything that should not happen. */
  refused: 1,
  usage: 2,
  unreachable: 3,
  loginFailed: 4,
  /** The local store is locked or damaged, its disk is full, or the passphrase is wrong. */
  localStore: 5,
} as const;

export type ExitCode = (typeof Exit)[keyof typeof Exit];

/** Ends a command. The message is one line for people and says what they can do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export function wrongUsage(message: string): Failure {
  return new Failure(Exit.usage, message);
}
