import type { Opcode } from '@parley/protocol';
import type { Reply } from '../connection/reply.ts';
import type { Environment } from '../environment.ts';
import type { ClientEvent } from '../events.ts';
import type { Records } from '../records/records.ts';
import type { PublishReason } from './key-packages.ts';
import type { Outbox } from './outbox.ts';

/** What the parts of a client's conversations share. */
export interface Context {
  readonly environment: Environment;
  readonly records: Records;
  readonly outbox: Outbox;
  /** The time by which what is kept grows old (SteadyTime). */
  time(): number;
  /** Whether it was not told within the last minute; then it counts as told now. */
  isDue(what: string): boolean;
  emit(event: ClientEvent): void;
  /** Asks the server, as often as connections end before it has answered: for requests that may be carried out twice. */
  ask(opcode: Opcode, body: Uint8Array): Promise<Reply>;
  /** Makes the group for a request (by its id in hex) that the user has accepted. */
  openGroup(request: string): void;
  /** Publishes KeyPackages, where there are too few or they are too old, or for another reason. */
  publishKeys(reason?: PublishReason): void;
  /** This user is on line. */
  present(user: string): void;
  /** Makes a new group for a conversation (by its id in hex) that is broken. */
  heal(conversation: string): void;
  /** Shows a request (by its id in hex) of a user: once, and not before the first login. */
  showOnce(request: string, user: string): void;
}
