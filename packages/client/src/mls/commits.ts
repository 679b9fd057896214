import { equalBytes, wipe } from '@parley/protocol';
import { type ClientState, createCommit, emptyPskIndex, encodeMlsMessage, processPrivateMessage } from 'ts-mls';
import { addHistoricalReceiverData } from 'ts-mls/clientState.js';
import { authorOf } from './author.ts';
import type { MlsContext } from './context.ts';
import { guarded } from './failures.ts';
import { HeldGroup } from './held-group.ts';
import { openEnvelope } from './messages.ts';
import { type GroupState, MlsError, type MlsMember, type Step } from './mls.ts';
import { copyHistory, wipeWhatIsGone } from './secrets.ts';

/** An empty commit: new keys from this leaf to the root (RFC 9420, section 12.4). */
export async function commitUpdate({ suite }: MlsContext, before: GroupState): Promise<Step & { commit: Uint8Array }> {
  const state = HeldGroup.open(before);
  return guarded('refused', 'the commit cannot be made', async () => {
    const { newState, commit, consumed } = await createCommit({ state, cipherSuite: suite });
    // Until the server answers, messages go on in the old epoch; what they use up must not be torn out of the pending state.
    const pending = { ...newState, historicalReceiverData: copyHistory(newState.historicalReceiverData) };
    return { ...HeldGroup.step(before, pending, () => wipe(...consumed)), commit: encodeMlsMessage(commit) };
  });
}

/** @throws MlsError wrong_group, wrong_epoch, refused when `pending` does not follow on `current` */
export function install(pending: GroupState, current: GroupState): Step {
  const next = HeldGroup.open(pending);
  const old = HeldGroup.open(current);
  if (!equalBytes(next.groupContext.groupId, old.groupContext.groupId)) throw new MlsError('wrong_group', 'of another group');
  if (next.groupContext.epoch !== old.groupContext.epoch + 1n) throw new MlsError('wrong_epoch', 'not the next epoch');
  const [historicalReceiverData] = addHistoricalReceiverData(old);
  const state = { ...next, historicalReceiverData };
  return HeldGroup.step(current, state, () => {
    wipeWhatIsGone(old, state);
    wipeWhatIsGone(next, state);
  });
}

/** @throws MlsError malformed, wrong_group, wrong_epoch, refused, cannot_decrypt */
export async function processCommit(
  { suite, authentication }: MlsContext,
  before: GroupState,
  commit: Uint8Array,
): Promise<Step & { author: MlsMember }> {
  const state = HeldGroup.open(before);
  const message = openEnvelope(state, commit, 'commit');
  if (message.epoch !== state.groupContext.epoch) throw new MlsError('wrong_epoch', 'not a commit of the current epoch');
  return guarded('cannot_decrypt', 'the commit does not hold', async () => {
    const { leaf, leafIndex } = await authorOf(state, message, suite);
    if (leafIndex === state.privatePath.leafIndex) throw new MlsError('refused', 'our own commit');
    const result = await processPrivateMessage(state, message, emptyPskIndex, suite, (incoming) =>
      // Nobody may be added, removed or re-keyed here, and the group's context stays as it was made.
      incoming.kind === 'commit' && incoming.proposals.length === 0 ? 'accept' : 'reject',
    );
    if (result.kind !== 'newState' || result.actionTaken !== 'accept') throw new MlsError('refused', 'the commit has proposals');
    const after: ClientState = result.newState;
    const step = HeldGroup.step(before, after, () => {
      wipe(...result.consumed);
      wipeWhatIsGone(state, after);
    });
    return { ...step, author: authentication.member(leaf) };
  });
}
