import { create, toBinary } from '@bufbuild/protobuf';
import {
  type Invite,
  identityFromSeed,
  Opcode,
  parseInvite,
  parseUsername,
  phraseFromSeed,
  ServerCheckError,
  seedFromPhrase,
  wipe,
} from '@parley/protocol';
import { QuitSchema } from '@parley/protocol/wire';
import { type LoginEnvironment, logIn } from './connection/login.ts';
import { formatAddress } from './connection/socket.ts';
import { accountCredentials, isUnregistered, makeAccount, registered } from './conversations/account.ts';
import { ConnectError, LoginError } from './errors.ts';
import { type Account, ProgressSchema } from './gen/rows_pb.ts';
import { accountRow, loadAccount, progressRow } from './records/records.ts';
import { type Vault, VaultError } from './vault/vault.ts';

/** A version that leaves room for others above it. */
const MAX_VERSION = 2n ** 62n;

export interface JoinOptions {
  readonly environment: LoginEnvironment;
  /** Open, and empty or with an account that an earlier try has left. Stays the caller's to close. */
  readonly vault: Vault;
  readonly invite: string;
  readonly username: string;
  /**
   * The recovery phrase of a user who is there already, 24 words: this device becomes that user's only one. Of the invite only the
   * server's address and pin count then.
   */
  readonly recover?: string;
  readonly deviceName?: string;
}

export interface Joined {
  readonly user: string;
  /** `localhost:10000` */
  readonly server: string;
  /** The recovery phrase: 24 words. Show it once, keep it nowhere. */
  readonly phrase: string;
}

/**
 * Registers a new user with an invite, or a new device of a user whose other devices are lost, with the recovery phrase. The
 * account is in the vault before the server hears of it, so that a lost answer costs nothing: join again, or start a client, with
 * the same vault. After a ConnectError with `loginSent` the vault must be kept for that.
 * @throws ParleyError `malformed` (invite, username, phrase), ConnectError, LoginError, ServerCheckError, VaultError
 */
export async function join(options: JoinOptions): Promise<Joined> {
  try {
    return await attempt(options);
  } catch (error) {
    // An earlier recovery had a clock that was ahead.
    const newest = options.recover !== undefined && error instanceof LoginError ? error.newestVersion : 0n;
    if (newest === 0n || newest >= MAX_VERSION) throw error;
    return attempt(options, newest + 1n);
  }
}

/** @param version of a recovery's device list: the time, unless that was refused */
async function attempt(options: JoinOptions, version?: bigint): Promise<Joined> {
  const { environment, vault } = options;
  const invite = parseInvite(options.invite);
  const username = parseUsername(options.username);
  const earlier = await loadAccount(vault);
  if (earlier !== undefined && !isUnfinished(earlier, invite, username)) {
    throw new VaultError('exists', `there is an account of ${earlier.username} here already`);
  }
  // What was refused for its version is made anew.
  const isAnew = earlier === undefined || version !== undefined;
  const account = isAnew ? newAccount(options, invite, username, version) : again(earlier, invite);
  await vault.write([{ put: accountRow(account) }]);

  const { socket, channel, crlNumber } = await logIn(environment, account, accountCredentials(account, 0n, ''));
  channel.queue(Opcode.QUIT, 1, toBinary(QuitSchema, create(QuitSchema, {})));
  for (const record of channel.flush()) socket.send(record);
  channel.close();
  socket.close();
  const progress = create(ProgressSchema, { crlNumber: String(crlNumber) });
  await vault.write([{ put: accountRow(registered(account)) }, { put: progressRow(progress) }]);
  return { user: username, server: formatAddress(account), phrase: phraseFromSeed(account.identitySeed) };
}

/** Whether a join has left nothing in a vault: the disk was full, say, and the server has not been asked. */
export async function holdsNoAccount(vault: Vault): Promise<boolean> {
  return vault.scan('account').then(
    (rows) => rows.length === 0,
    () => false,
  );
}

/**
 * Whether the server has certainly made no account. Then the vault need not be kept, and the user may try again with another name, invite
 * or passphrase.
 * @param isNew the vault was made for this join, and no earlier one
 */
export function isCertainlyNotJoined(error: unknown, isNew: boolean): boolean {
  if (error instanceof LoginError && (error.code === 'invite_invalid' || error.code === 'username_taken')) return true;
  if (!isNew) return false;
  return error instanceof LoginError || error instanceof ServerCheckError || (error instanceof ConnectError && !error.loginSent);
}

/** The recovery phrase of the account in a vault, as `join` has given it: 24 words. @throws VaultError `not_found` */
export async function recoveryPhrase(vault: Vault): Promise<string> {
  const account = await loadAccount(vault);
  if (account === undefined) throw new VaultError('not_found', 'there is no account here: join first');
  return phraseFromSeed(account.identitySeed);
}

function newAccount(
  { environment, deviceName, recover }: JoinOptions,
  invite: Invite,
  username: string,
  version = BigInt(environment.now()),
): Account {
  const { crypto } = environment;
  const common = { username, deviceName: deviceName ?? 'first device', nowMs: environment.now() };
  if (recover === undefined) return makeAccount(crypto, invite, common);
  const seed = seedFromPhrase(recover);
  try {
    return makeAccount(crypto, invite, { ...common, recovered: { identity: identityFromSeed(crypto, seed), version } });
  } finally {
    wipe(seed);
  }
}

function again(earlier: Account, { token }: Invite): Account {
  return earlier.recovering ? earlier : { ...earlier, inviteToken: token };
}

/** Whether this is what a try to join there under this name has left, whose answer was lost. */
function isUnfinished(account: Account, invite: Invite, username: string): boolean {
  const isThere = account.host === invite.host && account.port === invite.port && account.username === username;
  return isThere && isUnregistered(account);
}
