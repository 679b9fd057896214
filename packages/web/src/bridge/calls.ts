import type { ContactInfo, HistoryEntry, OwnDeviceInfo } from '@parley/client';

/** What a new account, or a new device of an account whose devices are lost, is made with. */
export interface JoinRequest {
  /** Link of an invite of this server; where there is a recovery phrase, any one of it. */
  readonly invite: string;
  readonly username: string;
  readonly passphrase: string;
  /** 24 words. */
  readonly recover?: string;
  readonly deviceName: string;
}

export interface Joined {
  readonly user: string;
  /** What the server is known by: SHA-256 of its CA's key, base64url. */
  readonly caPin: string;
}

export interface Found {
  readonly entries: readonly HistoryEntry[];
  /** There are more than are shown. */
  readonly hasMore: boolean;
}

/**
 * What the page may ask of the worker. Each is answered by a promise, which rejects with a `Problem`; what happens besides comes as
 * `Push`. All cryptography, the connection and the vault are in the worker: a page that is busy drawing delays none of it.
 */
export interface Calls {
  /** Looks what this browser holds of an account; the stage says it. */
  begin(): Promise<void>;
  join(request: JoinRequest): Promise<Joined>;
  /** @param showPhrase the recovery phrase has not been written down yet */
  unlock(passphrase: string, showPhrase: boolean): Promise<void>;
  /** The recovery phrase has been written down: it is not shown again. */
  confirmPhrase(): Promise<void>;
  /** Ends what another tab has open, to go on in this one. */
  takeOver(): Promise<void>;
  /** Goes off line and forgets all keys until the passphrase is given again. */
  lock(): Promise<void>;
  /** Removes the account from this browser, with all that was said. */
  forget(): Promise<void>;
  changePassphrase(oldPassphrase: string, newPassphrase: string): Promise<void>;

  open(peer: string): Promise<void>;
  close(): Promise<void>;
  loadOlder(): Promise<void>;
  /** Reads the current conversation back to a position of its history. False where that is too far. */
  loadBackTo(position: number): Promise<boolean>;
  look(isLooking: boolean): Promise<void>;
  /** Asks the server who is on line: of strangers it says that only when it is asked. */
  list(): Promise<void>;
  request(user: string): Promise<void>;
  accept(user: string): Promise<void>;
  refuse(user: string): Promise<void>;
  cancel(user: string): Promise<void>;
  block(user: string): Promise<void>;
  send(user: string, text: string): Promise<void>;
  draft(user: string): Promise<string>;
  keepDraft(user: string, text: string): Promise<void>;
  search(peer: string, query: string): Promise<Found>;
  contact(user: string): Promise<ContactInfo | undefined>;
  devices(): Promise<readonly OwnDeviceInfo[]>;
}

/** An error as it crosses from the worker to the page: a text that says what to do, and what programs tell it by. */
export interface Problem {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
}

/** Code of the problem that there is no open account: it was locked, or another tab took it, a moment ago. */
export const CLOSED = 'closed';

/** What is on the screen, before anything that is said in it. */
export type Stage =
  /** Nothing is known yet. */
  | { readonly name: 'starting' }
  /** This browser holds no account. `problem`: of an earlier try to join, of which nothing is left. */
  | { readonly name: 'empty'; readonly problem: Problem | undefined }
  | { readonly name: 'locked' }
  /** Another tab or window has the account open. `taken`: it took it from here. */
  | { readonly name: 'elsewhere'; readonly taken: boolean }
  /** `phrase`: to be shown before anything else. */
  | { readonly name: 'open'; readonly phrase: string | undefined }
  /** It cannot go on; unlocking again may help. */
  | { readonly name: 'ended'; readonly problem: Problem };
