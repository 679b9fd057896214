import { wipe } from '@parley/protocol';
import type { ClientState, EpochReceiverData, GenerationSecret, SecretTree } from 'ts-mls';
import { allSecretTreeValues } from 'ts-mls/secretTree.js';

/** All secrets of a group state but the device's signature key, which outlives it. */
export function* secretsOf(state: ClientState): Generator<Uint8Array> {
  yield* Object.values(state.keySchedule);
  yield* Object.values(state.privatePath.privateKeys);
  yield* treeSecrets(state.secretTree);
  for (const past of state.historicalReceiverData.values()) yield* pastEpochSecrets(past);
}

function* pastEpochSecrets(past: EpochReceiverData): Generator<Uint8Array> {
  yield past.senderDataSecret;
  yield past.resumptionPsk;
  yield* treeSecrets(past.secretTree);
}

function* treeSecrets(tree: SecretTree): Generator<Uint8Array> {
  // The library's list has holes in front.
  for (const secret of allSecretTreeValues(tree)) if (secret !== undefined) yield secret;
}

/**
 * Wipes what `before` has and `after` has not: ts-mls 1.6.4 names the init secret as consumed, but neither the rest of the
 * old key schedule nor the epochs that fell out of its history.
 */
export function wipeWhatIsGone(before: ClientState, after: ClientState): void {
  const kept = new Set(secretsOf(after));
  for (const secret of secretsOf(before)) if (!kept.has(secret)) wipe(secret);
}

/** Past epochs with secrets of their own, so that wiping what another state uses up leaves them whole. */
export function copyHistory(history: ReadonlyMap<bigint, EpochReceiverData>): Map<bigint, EpochReceiverData> {
  const copy = new Map<bigint, EpochReceiverData>();
  for (const [epoch, past] of history) {
    copy.set(epoch, {
      ...past,
      senderDataSecret: past.senderDataSecret.slice(),
      resumptionPsk: past.resumptionPsk.slice(),
      secretTree: past.secretTree.map(({ handshake, application }) => ({
        handshake: copyRatchet(handshake),
        application: copyRatchet(application),
      })),
    });
  }
  return copy;
}

function copyRatchet({ secret, generation, unusedGenerations }: GenerationSecret): GenerationSecret {
  const unused = Object.entries(unusedGenerations).map(([unusedGeneration, key]) => [unusedGeneration, key.slice()]);
  return { secret: secret.slice(), generation, unusedGenerations: Object.fromEntries(unused) };
}
