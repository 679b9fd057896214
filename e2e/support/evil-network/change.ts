import type { Direction } from '../bad-network.ts';

/** What is done to the binary message of this number (from 0) of one direction. */
export interface MessageChange {
  readonly direction: Direction;
  readonly message: number;
  readonly does:
    | { readonly kind: 'flip'; readonly bit: number }
    /** It comes after the one that follows it. */
    | { readonly kind: 'drop' | 'repeat' | 'swap' | 'reflect' }
    /** Everything behind it waits too. */
    | { readonly kind: 'delay'; readonly ms: number }
    | { readonly kind: 'cut'; readonly bytes: number }
    | { readonly kind: 'lengthen' }
    /** By a message of another session: before it, or in its place. */
    | { readonly kind: 'insert' | 'replace'; readonly by: Uint8Array };
}

/** One bit of the TCP stream, whatever it is of. */
interface StreamChange {
  readonly direction: Direction;
  readonly streamBit: number;
}

export type Change = MessageChange | StreamChange;
