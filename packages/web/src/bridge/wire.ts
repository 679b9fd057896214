import type { Calls, Problem, Stage } from './calls.ts';
import type { ChatPatch } from './patch.ts';

export type CallName = keyof Calls;
export type Arguments<Name extends CallName> = Parameters<Calls[Name]>;
export type Answer<Name extends CallName> = Awaited<ReturnType<Calls[Name]>>;

export interface CallMessage {
  readonly id: number;
  readonly name: CallName;
  readonly arguments: readonly unknown[];
}

/** Something that happened, of which the screen says more than its state does. Nothing of what was written is in it. */
export type Happening =
  | { readonly what: 'accepted' | 'refused' | 'message' | 'request'; readonly user: string }
  | { readonly what: 'problem'; readonly code: string; readonly message: string; readonly user: string | undefined };

export type WorkerMessage =
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly problem: Problem }
  | { readonly stage: Stage }
  | { readonly chat: ChatPatch | undefined }
  | { readonly happened: Happening };
