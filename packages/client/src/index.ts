export { type ClientOptions, ParleyClient } from './client.ts';
export { type ContactInfo, Contacts, type DeviceInfo, type OwnDeviceInfo } from './contacts.ts';
export { type Environment, standardEnvironment, type Timer, type WebSocketLike } from './environment.ts';
export { ConnectError, LoginError, type LoginErrorCode } from './errors.ts';
export type { ClientErrorCode, ClientEvent, ClientEventName, EventListener, LocalErrorCode } from './events.ts';
export { type EntryState, History, type HistoryEntry, type HistoryRange } from './history.ts';
export { holdsNoAccount, isCertainlyNotJoined, type Joined, type JoinOptions, join, recoveryPhrase } from './join.ts';
export { ChatModel } from './model/chat-model.ts';
export { search } from './model/search.ts';
export {
  type ChatState,
  type ConnectionState,
  type ConversationState,
  MAX_UNREAD,
  type RequestState,
  type TimelineState,
} from './model/state.ts';
export type { People } from './people.ts';
export {
  type Change,
  type Collection,
  type Row,
  type ScanRange,
  type Vault,
  VaultError,
  type VaultErrorCode,
  type WriteOptions,
} from './vault/vault.ts';
export type { ReadMark } from './views.ts';
