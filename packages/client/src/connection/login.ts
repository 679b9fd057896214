import { create } from '@bufbuild/protobuf';
import {
  type Channel,
  checkServer,
  decodeMessage,
  type Frame,
  HANDSHAKE_TIMEOUT_MS,
  isErrorCode,
  type KeyPair,
  Opcode,
  ServerCheckError,
  startLogin,
} from '@parley/protocol';
import { ClientLoginSchema, ErrorSchema, type Limits, type Registration, type UserList } from '@parley/protocol/wire';
import type { Environment } from '../environment.ts';
import { ConnectError, LoginError } from '../errors.ts';
import { readUserList } from './names.ts';
import { inWords, nonsenseIn } from './nonsense.ts';
import { boundedRetry } from './reply.ts';
import { BinarySocket, type ServerAddress } from './socket.ts';

const CLIENT_VERSION = 'parley/0.1.0';

/** What trying again does not heal. */
const HOPELESS: ReadonlySet<string> = new Set(['auth_failed', 'invite_invalid', 'username_taken']);
const EXPLANATIONS: Readonly<Record<string, string>> = {
  auth_failed: 'the server does not accept this account or device',
  invite_invalid: 'this invite is not valid, has expired or is used up: ask for another one',
  username_taken: 'this name is taken: choose another one',
};

/** A login needs no MLS. */
export type LoginEnvironment = Omit<Environment, 'mls'>;

/** Who logs in, and what is known of the server. */
export interface Credentials {
  readonly username: string;
  /** 8 bytes. */
  readonly deviceId: Uint8Array;
  readonly channelKey: KeyPair;
  /** Of the mailbox: everything up to here is stored. */
  readonly position: bigint;
  /** While the server has not been heard to know this device. */
  readonly registration: Registration | undefined;
  /** SHA-256 of the CA's SubjectPublicKeyInfo, 32 bytes. */
  readonly caPin: Uint8Array;
  readonly lowestCrlNumber: bigint;
}

export interface LoggedIn {
  readonly socket: BinarySocket;
  readonly channel: Channel;
  readonly limits: Limits | undefined;
  readonly crlNumber: bigint;
  /** 1.3: the first page of users on line. */
  readonly users: UserList;
  /** Frames that came with 1.3. */
  readonly frames: Frame[];
}

/**
 * The authentication phase, 1.0 to 1.3 (docs/protocol.md). A server that fails a check is sent no 1.2.
 * @throws ConnectError, LoginError, ServerCheckError
 */
export async function logIn(environment: LoginEnvironment, address: ServerAddress, credentials: Credentials): Promise<LoggedIn> {
  const { socket, opened } = BinarySocket.open(environment, address);
  let timedOut = false;
  const deadline = environment.setTimer(() => {
    timedOut = true;
    socket.close();
  }, HANDSHAKE_TIMEOUT_MS);
  const progress = { loginSent: false };
  try {
    await opened;
    return await exchange(environment, address, credentials, socket, progress);
  } catch (error) {
    socket.close();
    if (error instanceof LoginError || error instanceof ServerCheckError) throw error;
    const retryAfterMs = error instanceof ConnectError ? error.retryAfterMs : 0;
    const message = timedOut ? 'the server did not answer in time' : describe(error);
    throw new ConnectError(message, { loginSent: progress.loginSent, retryAfterMs, cause: error });
  } finally {
    deadline.cancel();
  }
}

async function exchange(
  environment: LoginEnvironment,
  address: ServerAddress,
  credentials: Credentials,
  socket: BinarySocket,
  progress: { loginSent: boolean },
): Promise<LoggedIn> {
  const { crypto } = environment;
  const start = startLogin(crypto, { channelKey: credentials.channelKey });
  socket.send(start.message);
  const { hello, serverKey, next } = start.next.receive(await socket.next());
  const { crlNumber, version } = checkServer(crypto, hello, {
    pin: credentials.caPin,
    name: address.host,
    nowMs: environment.now(),
    lowestCrlNumber: credentials.lowestCrlNumber,
    channelKey: serverKey,
  });
  const { username, deviceId, position, registration } = credentials;
  const { message, channel } = next.login(
    create(ClientLoginSchema, {
      version,
      username,
      deviceId,
      clientVersion: CLIENT_VERSION,
      position,
      ...(registration === undefined ? {} : { registration }),
    }),
  );
  progress.loginSent = true;
  socket.send(message);
  try {
    let frames: Frame[] = [];
    while (frames.length === 0) frames = channel.open(await socket.next());
    const [first, ...rest] = frames;
    return { socket, channel, limits: hello.limits, crlNumber, users: readUsers(first as Frame), frames: rest };
  } catch (error) {
    channel.close();
    throw error;
  }
}

/** 1.3. */
function readUsers(frame: Frame): UserList {
  if (frame.opcode === Opcode.LIST) return readUserList(frame.body);
  if (frame.opcode !== Opcode.ERROR) throw new ConnectError('the server did not answer the login');
  const { code, detail, retryAfterMs, newestVersion } = decodeMessage(ErrorSchema, frame.body);
  if (isErrorCode(code) && HOPELESS.has(code)) throw new LoginError(code, EXPLANATIONS[code] ?? detail, newestVersion);
  throw new ConnectError(`the server refuses the login for now: ${code}`, { retryAfterMs: boundedRetry(retryAfterMs) });
}

function describe(error: unknown): string {
  if (error instanceof ConnectError) return error.message;
  const nonsense = nonsenseIn(error);
  return nonsense === undefined ? 'the handshake with the server failed' : inWords(nonsense);
}
