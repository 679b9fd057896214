import { wipe } from '@parley/protocol';
import type { ClientState } from 'ts-mls';
import { type GroupState, MlsError, type Step } from './mls.ts';

/** The library's state behind our opaque one. It refuses to be printed. */
export class HeldGroup implements GroupState {
  readonly brand = 'GroupState';
  readonly #library: ClientState;
  #discarded = false;

  constructor(library: ClientState) {
    this.#library = library;
  }

  /** @throws MlsError refused for a state that was discarded: its keys are zeros, which would encrypt for everybody */
  static open(state: GroupState): ClientState {
    if (!(state instanceof HeldGroup)) throw new MlsError('refused', 'not a state of this adapter');
    if (state.#discarded) throw new MlsError('refused', 'this state was discarded');
    return state.#library;
  }

  /** The step from `before` to `after`, whose `discard` runs once. */
  static step(before: GroupState, after: ClientState, wipeUsed: () => void): Step {
    return {
      state: new HeldGroup(after),
      discard() {
        if (!(before instanceof HeldGroup) || before.#discarded) return;
        before.#discarded = true;
        wipeUsed();
      },
    };
  }

  toJSON(): string {
    return '[group state]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }
}

/** A message's step: the library names what it used up. */
export function messageStep(before: GroupState, after: ClientState, consumed: readonly Uint8Array[]): Step {
  return HeldGroup.step(before, after, () => wipe(...consumed));
}
