import { MlsError, type MlsErrorReason } from './mls.ts';

/**
 * Runs an operation of the library. Whatever it throws — its own errors, TypeErrors of its decoders, RangeErrors of a stack that
 * a deep structure filled — becomes one MlsError; ours pass as they are. The library works on copies, so the caller's state
 * holds.
 */
export async function guarded<T>(reason: MlsErrorReason, detail: string, operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw asMlsError(reason, detail, error);
  }
}

/** The same for what needs no promise. */
export function guardedSync<T>(reason: MlsErrorReason, detail: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw asMlsError(reason, detail, error);
  }
}

function asMlsError(reason: MlsErrorReason, detail: string, error: unknown): MlsError {
  return error instanceof MlsError ? error : new MlsError(reason, detail, { cause: error });
}
