/**
 * Every size, count and time on the wire, with its unit. The first part is the specification (docs/protocol.md): both ends
 * must agree on it. The second is this implementation's: a server may choose other figures and still speak Parley.
 */

import { MLKEM768_PUBLIC_KEY_BYTES, X25519_KEY_BYTES } from './crypto/lengths.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// ---- Specification --------------------------------------------------------------------------------------------------

/** The port of a server that names none. */
export const DEFAULT_PORT = 10_000;

/** Largest WebSocket message, bytes: the largest Noise message (Noise rev 34, section 3). */
export const MAX_TRANSPORT_MESSAGE = 65_535;
/** 1.0, bytes: the two ephemeral keys, 1,216. */
export const HELLO_BYTES = X25519_KEY_BYTES + MLKEM768_PUBLIC_KEY_BYTES;
/** Payload of 1.2, bytes, padded: without a big registration, and with one. */
export const LOGIN_PAYLOAD_BYTES = 2_048;
export const LOGIN_PAYLOAD_LARGE_BYTES = 4_096;
/** Server certificate + CA certificate + CRL, bytes. */
export const MAX_CERTIFICATE_BUNDLE = 32 * 1_024;

/** Padded plaintext of a record, bytes. */
export const MIN_RECORD_PLAINTEXT = 256;
export const MAX_RECORD_PLAINTEXT = 63_488;
/** Records between two rekeys of one direction. */
export const RECORDS_PER_KEY = 65_536;

/** opcode u8, length u24, sequence u32. */
export const FRAME_HEADER_BYTES = 8;
/** Body of a frame, bytes. */
export const MAX_FRAME = 1_024 * 1_024;

export const USERNAME_MIN = 2;
export const USERNAME_MAX = 32;
export const DEVICE_ID_BYTES = 8;
export const DEVICE_NAME_MAX_BYTES = 64;
export const MAX_DEVICES = 12;
/** Encoded SignedDeviceCertificate and SignedDeviceList, bytes. */
export const MAX_DEVICE_CERTIFICATE = 512;
export const MAX_DEVICE_LIST = MAX_DEVICES * MAX_DEVICE_CERTIFICATE;
/** Encoded ConsentStatement, bytes. */
export const MAX_CONSENT_STATEMENT = 512;
export const INVITE_TOKEN_BYTES = 16;
/** An invite as text, characters. */
export const MAX_INVITE_LENGTH = 512;
export const REQUEST_ID_BYTES = 16;
export const CONVERSATION_ID_BYTES = 16;
export const MESSAGE_ID_BYTES = 16;

/**
 * Ciphertext of a MESSAGE, bytes. The longest text with its padding and what MLS puts around it stays far below: a client that
 * keeps to `MAX_TEXT_BYTES` never gets the `too_large` that closes.
 */
export const MAX_CIPHERTEXT = 128 * 1_024;

/** A LIST answer names at most this many users. */
export const MAX_LIST = 500;
/** KeyPackages in one KEYS publish, and their size in bytes. */
export const MAX_KEY_PACKAGES = 100;
export const MAX_KEY_PACKAGE = 16 * 1_024;
/** Devices in a conversation of two users. */
export const MAX_MEMBERS = 2 * MAX_DEVICES;

// Of MLS (docs/protocol.md, "End-to-end encryption").

/** Smallest padded content, bytes. */
export const MIN_PADDED_CONTENT = 256;
/** Past epochs whose messages still open. */
export const PAST_EPOCHS = 4;
/** Keys of skipped messages kept for each sender and epoch. */
export const SKIPPED_GENERATIONS = 1_000;
/** Messages one message may be ahead of the last one opened of the same sender. */
export const FORWARD_STEPS = 2_000;
/** Leaves of a tree that a Welcome may bring: checking it costs more than linear time. */
export const MAX_LEAVES = 1_024;
/** An MLS message from outside, bytes: no frame carries more. */
export const MAX_MLS_MESSAGE = MAX_FRAME;
/** How far before its making a KeyPackage is valid, for clocks that are behind. */
export const KEY_PACKAGE_BACKDATE_MS = DAY;

export const REQUEST_LIFETIME_MS = 14 * DAY;
export const REFUSED_WAIT_MS = 7 * DAY;
export const MAX_PENDING_SENT = 20;
export const MAX_PENDING_RECEIVED = 100;
/** Requests of one user, and of one user to one user, made and withdrawn (cancelled, or replaced by a newer one) within this time. */
export const MAX_WITHDRAWN = 50;
export const MAX_WITHDRAWN_TO_ONE = 5;
export const WITHDRAWN_COUNTED_MS = DAY;

export const CRL_LIFETIME_MS = 7 * DAY;
/** How far a client's clock may be behind the one that dated a certificate or CRL. */
export const CLOCK_SKEW_MS = 5 * MINUTE;
export const KEY_PACKAGE_LIFETIME_MS = 30 * DAY;

// ---- This implementation: what a server takes from the network ----------------------------------------------------------

/** From the first byte of a connection to the end of its login. */
export const HANDSHAKE_TIMEOUT_MS = 10 * SECOND;
/** A client that has heard nothing for so long asks something, and takes the connection for dead after so much silence more. */
export const ASK_AFTER_MS = 30 * SECOND;
export const ANSWER_WAIT_MS = 20 * SECOND;
/** The same where the server says other things but gives no answer. */
export const MAX_ANSWER_WAIT_MS = MINUTE;
/** A server that has heard nothing of a client for so long sends a WebSocket ping, and ends the connection at the second figure. */
export const PING_AFTER_MS = 45 * SECOND;
export const SILENCE_MS = 75 * SECOND;
/** Connections of one server, of one address beyond loopback, and those that have not logged in yet. */
export const MAX_CONNECTIONS = 12_000;
export const MAX_CONNECTIONS_PER_ADDRESS = 1_000;
export const MAX_HANDSHAKES_IN_PROGRESS = 2_000;
/** New handshakes a second from one address beyond loopback, and addresses remembered for that. */
export const HANDSHAKES_PER_SECOND_PER_ADDRESS = 50;
export const MAX_ADDRESSES = 10_000;
/** All headers of an HTTP request, bytes; how many they are; and requests on one socket. */
export const MAX_HTTP_HEADER_BYTES = 8 * 1_024;
export const MAX_HTTP_HEADERS = 64;
export const MAX_HTTP_REQUESTS = 1_000;
/** Answers of one socket that have not left, and how long one may take to, to the last byte. */
export const MAX_HTTP_ANSWERS = 8;
export const HTTP_ANSWER_TIMEOUT_MS = 2 * MINUTE;
/** Fragments of one WebSocket message, and pieces of TCP that it may come in. */
export const MAX_FRAGMENTS = 64;
export const MAX_MESSAGE_PIECES = 4_096;
/** WebSocket pings of one connection. */
export const PINGS_PER_SECOND = 1;
export const PINGS_BURST = 10;
/** WebSocket messages of a connection that wait for the server before its socket is not read any more. */
export const MAX_WAITING_MESSAGES = 2;
/** Frames a second a connection may sustain, and how many it may send in a burst. */
export const FRAMES_PER_SECOND = 2_000;
export const FRAMES_BURST = 4_000;
/** Bytes of half-received frames over all connections of a server. */
export const MAX_PARTIAL_FRAMES_BYTES = 64 * 1_024 * 1_024;
/** Requests a client has unanswered at once; bytes of them, with what their replies may have, of one connection and of all. */
export const MAX_REQUESTS_IN_FLIGHT = 1_024;
export const MAX_WORK_BYTES = 4 * 1_024 * 1_024;
export const MAX_WORK_BYTES_IN_TOTAL = 256 * 1_024 * 1_024;

// ---- This implementation: what a server holds for its clients -------------------------------------------------------------

/** The web client, which is kept in memory: its files, compressed ones and folders included, and their bytes. */
export const MAX_WEB_FILES = 512;
export const MAX_WEB_BYTES = 32 * 1_024 * 1_024;
/** Bytes waiting in one connection's socket before the server leaves the rest in the mailbox. */
export const MAX_SOCKET_BUFFER = 1_024 * 1_024;
/** Bytes of bodies that were pushed to a device and have no ACK: beyond them the rest stays in the mailbox until it ACKs. */
export const MAX_UNACKED_BYTES = 4 * 1_024 * 1_024;
/** How long a MESSAGE that was pushed to devices on line may wait for their ACKs before it is written to disk. */
export const ACK_WAIT_MS = 100;
/** Bytes of such MESSAGEs in memory, for one device and for all: beyond them a MESSAGE goes to disk first. */
export const MAX_LIVE_BYTES_PER_DEVICE = 1_024 * 1_024;
export const MAX_LIVE_BYTES = 128 * 1_024 * 1_024;
/** What the server reads from a mailbox at once: so many items at most, and none after that which fills so many bytes. */
export const MAILBOX_PAGE = 256;
export const MAILBOX_PAGE_BYTES = 256 * 1_024;
/** Devices whose last position is remembered, and conversations whose members are. */
export const MAX_POSITION_COUNTERS = 100_000;
export const MAX_CACHED_CONVERSATIONS = 10_000;

/** What a mailbox keeps: so long, and so many bytes of bodies. Beyond it the mailbox is dropped, and its device rejoins. */
export const MAILBOX_LIFETIME_MS = 60 * DAY;
export const MAX_MAILBOX_BYTES = 64 * 1_024 * 1_024;
/** Groups of one conversation that may be replaced within an hour, and replaced ones of two users that are remembered. */
export const MAX_REPLACEMENTS_PER_HOUR = 20;
export const MAX_REPLACED = 1_000;
/** Epochs of a conversation whose winning COMMIT is remembered. */
export const MAX_COMMITS = 1_000;
/** How long a server remembers a request, answered or not, and a client the ids of messages it has opened. */
export const IDS_REMEMBERED_MS = 60 * DAY;
/** One-time KeyPackages of one user that another user may claim in an hour. */
export const KEY_CLAIMS_PER_HOUR = 60;
/** Hashes of used KeyPackages that are kept for each device: more than a client publishes in a KeyPackage's lifetime. */
export const MAX_USED_KEY_PACKAGES = 1_000;

export const INVITE_LIFETIME_MS = 7 * DAY;
export const INVITE_USES = 1_000;

// ---- This implementation: what a client takes from its server, and from its user -------------------------------------------

/** WebSocket messages that may wait while a login reads them one by one: a server sends two before it hears from the client. */
export const MAX_LOGIN_MESSAGES = 64;
/** Pages of users on line that are asked for at most. */
export const MAX_LIST_PAGES = 200;
/** Bytes of pushed frames that wait to be processed; beyond them the connection is dropped, and the mailbox keeps the rest. */
export const MAX_INBOX_BYTES = 32 * 1_024 * 1_024;
/** How long a client waits at most because the server says so: as long as a person might. */
export const MAX_RETRY_AFTER_MS = 10 * MINUTE;
/** Messages of epochs to come that one conversation keeps until their commit has come, and the largest kept, bytes. */
export const MAX_FUTURE_MESSAGES = 32;
export const MAX_FUTURE_CIPHERTEXT = MAX_CIPHERTEXT;
/** Users who are remembered because they have asked once, and with whom nothing has come of it. */
export const MAX_STRANGERS = 1_000;
/** Replaced groups of one contact that can still open what was sent in them. */
export const MAX_REPLACED_GROUPS = 8;
/** Text of one message, bytes of UTF-8. */
export const MAX_TEXT_BYTES = 64 * 1_024;
/** Commands that wait for the server, and what the outbox holds. */
export const MAX_WAITING_COMMANDS = 10_000;
export const MAX_OUTBOX = 10_000;
/** One-time KeyPackages a client keeps published, and below how many left the server says `low`. */
export const KEY_PACKAGES_PUBLISHED = 20;
export const KEY_PACKAGES_LOW = 8;

// ---- This implementation: certificates ----------------------------------------------------------------------------------

export const CA_LIFETIME_MS = 3_650 * DAY;
export const SERVER_CERTIFICATE_LIFETIME_MS = 365 * DAY;
/** What is left of each when the server renews it. A CA certificate must outlive the certificates it signs. */
export const CA_RENEWAL_MS = 2 * 365 * DAY;
export const SERVER_CERTIFICATE_RENEWAL_MS = 30 * DAY;
export const CRL_RENEWAL_MS = CRL_LIFETIME_MS / 2;
