import { FORWARD_STEPS, MIN_PADDED_CONTENT, PAST_EPOCHS, SKIPPED_GENERATIONS } from '@parley/protocol';
import { type CiphersuiteImpl, type ClientConfig, defaultKeyPackageEqualityConfig } from 'ts-mls';
import type { Authentication } from './authentication.ts';
import type { SuiteNumber } from './suites.ts';

/** What every operation needs and no state holds. */
export interface MlsContext {
  readonly number: SuiteNumber;
  readonly suite: CiphersuiteImpl;
  readonly authentication: Authentication;
  readonly config: ClientConfig;
}

export function makeContext(number: SuiteNumber, suite: CiphersuiteImpl, authentication: Authentication): MlsContext {
  const config: ClientConfig = {
    keyRetentionConfig: {
      retainKeysForEpochs: PAST_EPOCHS,
      retainKeysForGenerations: SKIPPED_GENERATIONS,
      maximumForwardRatchetSteps: FORWARD_STEPS,
    },
    // A member that checked lifetimes by its own clock would fork from the others.
    lifetimeConfig: { validateLifetimeOnReceive: false, maximumTotalLifetime: 0n },
    keyPackageEqualityConfig: defaultKeyPackageEqualityConfig,
    paddingConfig: { kind: 'padUntilLength', padUntilLength: MIN_PADDED_CONTENT },
    authService: authentication,
  };
  return { number, suite, authentication, config };
}
