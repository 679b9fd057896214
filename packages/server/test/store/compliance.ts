import { afterEach, beforeEach, describe } from 'node:test';
import type { MailboxLimits } from '../../src/store/entries.ts';
import type { Store } from '../../src/store/store.ts';
import { accountRules } from './compliance/accounts.ts';
import { answerRules } from './compliance/answers.ts';
import { blockRules } from './compliance/blocks.ts';
import { commitRules } from './compliance/commits.ts';
import { keyRules } from './compliance/keys.ts';
import { mailboxRules } from './compliance/mailboxes.ts';
import { messageRules } from './compliance/messages.ts';
import { orderRules } from './compliance/order.ts';
import { readerRules } from './compliance/readers.ts';
import { recoveryRules } from './compliance/recovery.ts';
import { replacementRules } from './compliance/replacements.ts';
import { requestRules } from './compliance/requests.ts';
import { retentionRules } from './compliance/retention.ts';
import { World } from './world.ts';

/** Where one store keeps its data: it can be opened again after it was closed. */
export interface StorePlace {
  open(limits?: Partial<MailboxLimits>): Promise<Store>;
  remove(): Promise<void>;
}

/** What the rules of one concept are tested with: a fresh store for each test. */
export interface Setting {
  readonly world: World;
  /** Closes the store and opens it again over the same data; `world` stays with the one that is closed. */
  reopen(limits?: Partial<MailboxLimits>): Promise<Store>;
}

/** The rules of store.ts, for every implementation. `makePlace` is asked for an empty place before each test. */
export function storeCompliance(name: string, makePlace: () => Promise<StorePlace>): void {
  const rules = {
    accounts: accountRules,
    recovery: recoveryRules,
    requests: requestRules,
    answers: answerRules,
    blocks: blockRules,
    messages: messageRules,
    commits: commitRules,
    readers: readerRules,
    replacements: replacementRules,
    mailboxes: mailboxRules,
    retention: retentionRules,
    KeyPackages: keyRules,
    order: orderRules,
  };
  for (const [concept, defineTests] of Object.entries(rules)) {
    describe(`${name}: ${concept}`, () => {
      let place: StorePlace;
      let world: World;
      let open: Store;
      beforeEach(async () => {
        place = await makePlace();
        open = await place.open();
        world = new World(open);
      });
      afterEach(async () => {
        await open.close();
        await place.remove();
      });
      defineTests({
        get world() {
          return world;
        },
        async reopen(limits) {
          await open.close();
          open = await place.open(limits);
          return open;
        },
      });
    });
  }
}
