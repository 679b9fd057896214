import { create } from '@bufbuild/protobuf';
import {
  AwaitingClientHello,
  type Channel,
  DEVICE_ID_BYTES,
  isUsername,
  MAX_FRAME,
  ParleyError,
  PROTOCOL_VERSIONS,
} from '@parley/protocol';
import { type ClientLogin, ServerHelloSchema } from '@parley/protocol/wire';
import type { Services } from '../services.ts';
import { deviceKey } from '../store/device-key.ts';
import { POLICY_VIOLATION } from '../transport/close-codes.ts';
import type { Connection } from '../transport/connection.ts';
import { register } from './registration.ts';
import { asProtocolError, errorReplyFor, protocolError } from './replies.ts';
import { sendLast } from './send-last.ts';
import type { LoggedIn } from './session.ts';

/** Looked up where there is nothing to look up, so that every failed login costs the same. No user can have this name. */
const NOBODY = '';

/**
 * The authentication phase (docs/protocol.md, "Authentication phase"), up to the checks; 1.3 is sent by who calls. `undefined`
 * when there is no login: the peer went away, sent what does not open, or was told the ERROR why.
 */
export async function logIn(
  services: Services,
  connection: Connection,
): Promise<{ login: LoggedIn; channel: Channel } | undefined> {
  const shaken = await shakeHands(services, connection);
  if (shaken === undefined) return undefined;
  const { channel, login, clientKey } = shaken;
  try {
    return { channel, login: await authenticate(services, login, clientKey) };
  } catch (error) {
    const known = asProtocolError(error);
    if (known !== undefined) services.log.info('login refused', { connection: connection.id, code: known.code });
    else services.log.error('a login failed', { connection: connection.id, error });
    sendLast(connection, channel, errorReplyFor(error), POLICY_VIOLATION);
    return undefined;
  }
}

/** 1.0, 1.1 and 1.2. */
async function shakeHands(
  { crypto, authority, clock, limits, log, handshakes }: Services,
  connection: Connection,
): Promise<{ channel: Channel; login: ClientLogin; clientKey: Uint8Array } | undefined> {
  try {
    const hello = await connection.receive();
    if (hello === undefined) return undefined;
    await authority.renewIfInvalid(clock.nowMs());
    const { certificates, channelKey } = await authority.hello();
    const answer = create(ServerHelloSchema, {
      ...certificates,
      serverTimeMs: BigInt(clock.nowMs()),
      versions: [...PROTOCOL_VERSIONS],
      limits: {
        maxFrameBytes: MAX_FRAME,
        framesPerSecond: limits.framesPerSecond,
        requestsInFlight: limits.maxRequestsInFlight,
      },
    });
    if (!(await handshakes.next(connection))) return undefined;
    const { message, next } = new AwaitingClientHello(crypto, { channelKey }).receive(hello, answer);
    connection.send(message);

    const clientLogin = await connection.receive();
    if (clientLogin === undefined) return undefined;
    // Who has gone meanwhile is not registered: the use of an invite would go to nobody.
    if (!(await handshakes.next(connection))) return undefined;
    return next.receive(clientLogin);
  } catch (error) {
    // Without a channel there is nobody to tell: what does not open just closes.
    if (error instanceof ParleyError) log.debug('handshake refused', { connection: connection.id, code: error.code });
    else log.error('a handshake failed', { connection: connection.id, error });
    connection.close(POLICY_VIOLATION);
    return undefined;
  }
}

/** Whether this is who it says. @throws ParleyError `auth_failed` whatever the cause, or a code of registration's own */
async function authenticate(services: Services, login: ClientLogin, clientKey: Uint8Array): Promise<LoggedIn> {
  const { store, stopping } = services;
  if (stopping.aborted) throw protocolError('shutting_down');
  if (!PROTOCOL_VERSIONS.includes(login.version)) throw protocolError('malformed');
  if (login.registration !== undefined) await register(services, login, login.registration, clientKey);

  const isWellFormed = isUsername(login.username) && login.deviceId.length === DEVICE_ID_BYTES;
  const device = deviceKey(isWellFormed ? login.username : NOBODY, login.deviceId);
  const opened = await store.openSession({ device, channelKey: clientKey });
  if (opened === undefined) throw protocolError('auth_failed');
  // The id is a view of all of 1.2, which is not to stay for as long as the session.
  return { username: login.username, deviceId: login.deviceId.slice(), device, opened, position: login.position };
}
