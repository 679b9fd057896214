export { concat, equalBytes, equalConstantTime, utf8, wipe } from './bytes/bytes.ts';
export { DecodeError } from './bytes/decode-error.ts';
export { padme } from './bytes/padme.ts';
export { ByteReader } from './bytes/reader.ts';
export { fromBase64Url, fromHex, toBase64Url, toHex } from './bytes/text.ts';
export { ByteWriter } from './bytes/writer.ts';
export type { Channel } from './channel/channel.ts';
export type { Frame } from './channel/frames.ts';
export { startLogin } from './channel/login-client.ts';
export { AwaitingClientHello } from './channel/login-server.ts';
export { POSITION_BYTES, positionPrefix, readPosition } from './channel/position.ts';
export { type CryptoProvider, DecryptError, InvalidKeyError, type KeyPair, LowOrderPointError } from './crypto/provider.ts';
export { ERROR_CODES, type ErrorCode, isErrorCode, ParleyError } from './errors.ts';
export { hashKeyPackages, hashWelcome, openConsent, readConsent, signConsent } from './identity/consent.ts';
export {
  type DeviceIdentity,
  type DeviceSecrets,
  makeDevice,
  openDeviceCertificate,
  signDeviceCertificate,
} from './identity/device-certificate.ts';
export { type OpenedDeviceList, openDeviceList, signDeviceList } from './identity/device-list.ts';
export { ipAddressBytes, isDnsName, isHost } from './identity/host.ts';
export { formatInvite, formatWebInvite, type Invite, parseInvite } from './identity/invites.ts';
export { generateIdentity, identityFromSeed, phraseFromSeed, seedFromPhrase } from './identity/phrase.ts';
export { safetyNumber } from './identity/safety-number.ts';
export { checkServer, type ServerExpectation } from './identity/server-check.ts';
export { type ServerCheck, ServerCheckError } from './identity/server-check-error.ts';
export { isUsername, parseUsername } from './identity/usernames.ts';
export * from './limits.ts';
export { Opcode } from './opcodes.ts';
export { PROTOCOL_VERSIONS, WEBSOCKET_PATH, WEBSOCKET_SUBPROTOCOL } from './versions.ts';
export { decodeMessage } from './wire/decode.ts';
export { type MessageHead, readMessageHead } from './wire/message-head.ts';
