import type { CiphersuiteName } from 'ts-mls';

/** The ciphersuites a conversation may have (numbers as in ts-mls; 83 is of its private range: X-Wing, hybrid post-quantum). */
export const SUITES = {
  1: 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519',
  83: 'MLS_256_XWING_AES256GCM_SHA512_Ed25519',
} as const satisfies Record<number, CiphersuiteName>;

export type SuiteNumber = keyof typeof SUITES;
export type SuiteName = (typeof SUITES)[SuiteNumber];

export const DEFAULT_SUITE: SuiteNumber = 83;

export function isSuiteName(name: string): name is SuiteName {
  return Object.values<string>(SUITES).includes(name);
}
