import type { GroupState, Mls } from '../mls/mls.ts';
import type { Change, Vault } from '../vault/vault.ts';

/**
 * The MLS state of each group, by the hex of its conversation id; `ID/pending` is the state after a commit of ours that has no OK
 * yet. Read from the vault when first asked for. The tree is written only when the epoch has changed.
 */
export class Groups {
  readonly #vault: Vault;
  readonly #mls: Mls;
  readonly #states = new Map<string, GroupState>();
  readonly #treeEpochs = new Map<string, bigint>();

  constructor(vault: Vault, mls: Mls) {
    this.#vault = vault;
    this.#mls = mls;
  }

  async get(key: string): Promise<GroupState | undefined> {
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const tree = await this.#vault.get('mls-tree', key);
    const secrets = await this.#vault.get('mls-secrets', key);
    if (tree === undefined || secrets === undefined) return undefined;
    const state = this.#mls.decode({ tree, secrets });
    this.#states.set(key, state);
    this.#treeEpochs.set(key, this.#mls.info(state).epoch);
    return state;
  }

  /** What to write for a new state, or to delete for `undefined`. */
  changes(key: string, state: GroupState | undefined): Change[] {
    if (state === undefined) {
      return [{ delete: { collection: 'mls-tree', key } }, { delete: { collection: 'mls-secrets', key } }];
    }
    const { tree, secrets } = this.#mls.encode(state);
    const changes: Change[] = [{ put: { collection: 'mls-secrets', key, value: secrets } }];
    if (this.#treeEpochs.get(key) !== this.#mls.info(state).epoch) {
      changes.push({ put: { collection: 'mls-tree', key, value: tree } });
    }
    return changes;
  }

  /** After `changes` were written. */
  install(key: string, state: GroupState | undefined): void {
    if (state === undefined) {
      this.#states.delete(key);
      this.#treeEpochs.delete(key);
    } else {
      this.#states.set(key, state);
      this.#treeEpochs.set(key, this.#mls.info(state).epoch);
    }
  }
}

export function pendingKey(conversation: string): string {
  return `${conversation}/pending`;
}
