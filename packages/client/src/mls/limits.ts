import { MAX_FRAME } from '@parley/protocol';

/** Smallest padded MLS content, bytes. */
export const MIN_PADDED_CONTENT = 256;
/** Past epochs whose messages still open. */
export const PAST_EPOCHS = 4;
/** Keys of skipped messages kept for each sender and epoch. */
export const SKIPPED_GENERATIONS = 1_000;
/** Messages one message may be ahead of the last one opened of the same sender. */
export const FORWARD_STEPS = 2_000;
/** Leaves of a tree that a Welcome may bring: checking it costs more than linear time. */
export const MAX_LEAVES = 1_024;
/** An MLS message from outside, bytes: no frame carries more. */
export const MAX_MLS_MESSAGE = MAX_FRAME;
/** How far before its making a KeyPackage is valid, for clocks that are behind. */
export const KEY_PACKAGE_BACKDATE_MS = 24 * 60 * 60 * 1_000;
