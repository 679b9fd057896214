import {
  type ContactInfo,
  type Environment,
  holdsNoAccount,
  isCertainlyNotJoined,
  type OwnDeviceInfo,
  type ParleyClient,
  recoveryPhrase,
  type Vault,
  VaultError,
} from '@parley/client';
import { browserEnvironment, hasVault, openVault, removeVault, VAULT_LOCK } from '@parley/client/browser';
import { MAX_TEXT_BYTES, parseInvite, toBase64Url, utf8 } from '@parley/protocol';
import { problemOf } from '../bridge/answering.ts';
import { type Calls, CLOSED, type Found, type Joined, type JoinRequest, type Stage } from '../bridge/calls.ts';
import type { WorkerMessage } from '../bridge/wire.ts';
import { enter } from './enter.ts';
import { findTexts } from './find-texts.ts';
import { OpenAccount } from './open-account.ts';
import { OtherTabs } from './other-tabs.ts';

/** So long the page has, after it was told that the account is closed, to say what was being typed. */
const HAND_OVER_MS = 100;

/** One tab's session, from an empty browser or a sealed vault to an account that is open and back. */
export class Session implements Calls {
  readonly #tell: (message: WorkerMessage) => void;
  readonly #tabs = new OtherTabs(VAULT_LOCK, {
    onYield: () => void this.#yield(),
    onOpened: () => this.#openedElsewhere(),
  });
  #environment: Promise<Environment> | undefined;
  #account: OpenAccount | undefined;
  /** Ends the wait for another tab to let go. */
  #waiting = new AbortController();
  /** Another tab took the account from this one. */
  #isTaken = false;
  #sends = 0;

  constructor(tell: (message: WorkerMessage) => void) {
    this.#tell = tell;
  }

  async begin(): Promise<void> {
    // Loaded while the passphrase is being typed.
    this.#world().catch(() => {});
    if (await this.#tabs.haveIt()) this.#waitForOthers();
    else await this.#rest();
  }

  async join(request: JoinRequest): Promise<Joined> {
    const { vault, user, phrase } = await enter(await this.#world(), request);
    await this.#start(vault, phrase).catch((error: unknown) => vault.close().then(() => Promise.reject(error)));
    return { user, caPin: toBase64Url(parseInvite(request.invite).caPin) };
  }

  async unlock(passphrase: string, showPhrase: boolean): Promise<void> {
    const vault = await openVault(passphrase).catch((error: unknown) => {
      // Another tab was faster, a moment ago.
      if (error instanceof VaultError && error.code === 'locked') this.#waitForOthers();
      throw error;
    });
    try {
      await this.#start(vault, showPhrase ? await recoveryPhrase(vault) : undefined);
    } catch (error) {
      const isEmpty = await holdsNoAccount(vault);
      await vault.close();
      // A page that was ended in the middle of joining has left it.
      if (isEmpty) await this.#startAgain(error);
      throw error;
    }
  }

  async confirmPhrase(): Promise<void> {
    this.#show({ name: 'open', phrase: undefined });
  }

  async takeOver(): Promise<void> {
    this.#waiting.abort();
    try {
      await this.#tabs.takeOver();
    } catch (error) {
      this.#waitForOthers();
      throw error;
    }
    await this.#rest();
  }

  async lock(): Promise<void> {
    await this.#close().finally(() => this.#rest());
  }

  async forget(): Promise<void> {
    await this.#close()
      .then(() => removeVault())
      .finally(() => this.#rest());
  }

  async changePassphrase(oldPassphrase: string, newPassphrase: string): Promise<void> {
    await this.#open.vault.changePassphrase(oldPassphrase, newPassphrase);
  }

  async open(peer: string): Promise<void> {
    await this.#open.model.open(peer);
  }

  async close(): Promise<void> {
    this.#open.model.close();
  }

  async loadOlder(): Promise<void> {
    await this.#open.model.loadOlder();
  }

  async loadBackTo(position: number): Promise<boolean> {
    return this.#open.model.loadBackTo(position);
  }

  async look(isLooking: boolean): Promise<void> {
    this.#account?.model.look(isLooking);
  }

  async list(): Promise<void> {
    this.#account?.client.list();
  }

  async request(user: string): Promise<void> {
    const { client, model } = this.#open;
    if (!client.canTalkTo(user)) client.request(user);
    await model.open(user);
  }

  async accept(user: string): Promise<void> {
    const { client } = this.#open;
    if (isUnanswered(client, user)) client.accept(user);
  }

  async refuse(user: string): Promise<void> {
    const { client } = this.#open;
    if (isUnanswered(client, user)) client.refuse(user);
  }

  async cancel(user: string): Promise<void> {
    const { client, model } = this.#open;
    const { current } = model.state;
    if (client.hasAsked(user) && !client.isBusyWith(user)) client.cancel(user);
    // Where nothing was said there is nothing left to look at.
    if (current?.peer === user && current.entries.length === 0) model.close();
  }

  async block(user: string): Promise<void> {
    const { client, model } = this.#open;
    if (model.state.current?.peer === user) model.close();
    client.block(user);
  }

  async send(user: string, text: string): Promise<void> {
    const { client } = this.#open;
    const bytes = utf8(text).length;
    if (bytes > MAX_TEXT_BYTES) {
      throw new RangeError(`This is too long: ${bytes} bytes of at most ${MAX_TEXT_BYTES}. Send it in parts.`);
    }
    // Whoever was accepted a moment ago may be written to in another.
    if (!client.mayWriteTo(user) && !client.isBusyWith(user)) {
      throw new RangeError(`You and ${user} cannot talk yet: ask, and wait for the answer.`);
    }
    this.#sends += 1;
    client.send(user, text, String(this.#sends));
    const { defer } = await this.#world();
    // Behind the message itself, which is stored when this turn is over: a text is in the one or in the other.
    defer(() => {
      if (text.startsWith(client.draft(user))) client.keepDraft(user, '');
    });
  }

  async draft(user: string): Promise<string> {
    return this.#open.client.draft(user);
  }

  async keepDraft(user: string, text: string): Promise<void> {
    this.#account?.client.keepDraft(user, text);
  }

  async search(peer: string, query: string): Promise<Found> {
    return findTexts(this.#open.client.history, peer, query);
  }

  async contact(user: string): Promise<ContactInfo | undefined> {
    return this.#open.client.contact(user);
  }

  async devices(): Promise<readonly OwnDeviceInfo[]> {
    return this.#open.client.devices();
  }

  get #open(): OpenAccount {
    if (this.#account === undefined) throw Object.assign(new Error('unlock first'), { code: CLOSED });
    return this.#account;
  }

  #world(): Promise<Environment> {
    this.#environment ??= browserEnvironment();
    return this.#environment;
  }

  async #start(vault: Vault, phrase: string | undefined): Promise<void> {
    this.#tell({ chat: undefined });
    this.#account = await OpenAccount.open(vault, await this.#world(), {
      onPatch: (chat) => this.#tell({ chat }),
      onHappened: (happened) => this.#tell({ happened }),
      onEnded: (error) => void this.#ended(error),
    });
    this.#show({ name: 'open', phrase });
    this.#isTaken = false;
    this.#tabs.sayOpened();
  }

  /** From here on nothing of it is on the screen. What is being typed is handed over when the page sees that, and kept. */
  async #close(): Promise<void> {
    const account = this.#account;
    if (account === undefined) return;
    this.#show({ name: 'starting' });
    this.#tell({ chat: undefined });
    await new Promise((done) => setTimeout(done, HAND_OVER_MS));
    await account.close().finally(() => {
      this.#account = undefined;
    });
  }

  async #ended(error: unknown): Promise<void> {
    // What cannot be written any more cannot be closed well either; the first error is the one to tell.
    await this.#close().catch(() => {});
    if (isCertainlyNotJoined(error, false)) await this.#startAgain(error);
    else this.#show({ name: 'ended', problem: problemOf(error) });
  }

  /** The server has no such account: what an earlier try to join has left is removed, and another can be made. */
  async #startAgain(error: unknown): Promise<void> {
    await removeVault();
    this.#show({ name: 'empty', problem: problemOf(error) });
  }

  async #yield(): Promise<void> {
    if (this.#account === undefined) return;
    await this.#close().catch(() => {});
    // The other still has to unlock it, and says then that it has it open: until it does, this one leaves the place to it.
    this.#isTaken = true;
    this.#show({ name: 'elsewhere', taken: true });
  }

  #openedElsewhere(): void {
    if (this.#account === undefined) this.#waitForOthers();
  }

  /** Until none has it open any more; then it can be opened here. */
  #waitForOthers(): void {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    this.#show({ name: 'elsewhere', taken: this.#isTaken });
    this.#tabs.untilFree(this.#waiting.signal).then(
      () => this.#rest().catch((error: unknown) => this.#show({ name: 'ended', problem: problemOf(error) })),
      () => {}, // this tab takes over
    );
  }

  async #rest(): Promise<void> {
    this.#isTaken = false;
    this.#show((await hasVault()) ? { name: 'locked' } : { name: 'empty', problem: undefined });
  }

  #show(stage: Stage): void {
    this.#tell({ stage });
  }
}

/** A second click comes before the first has had its effect: the first one counts. */
function isUnanswered(client: ParleyClient, user: string): boolean {
  return client.isAskedBy(user) && !client.isBusyWith(user);
}
