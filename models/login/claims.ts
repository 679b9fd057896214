import type { Case } from './case.ts';
import {
  ALL_KEYS_LATER,
  CA_KEY_NOW,
  CLIENT_KEYS_NOW,
  MLKEM_FALLS_NOW,
  SERVER_EPHEMERALS_NOW,
  SERVER_KEY_NOW,
  SERVER_KEYS_LATER,
  USERS_UNKNOWN,
  X25519_FALLS_LATER,
  X25519_FALLS_NOW,
} from './scenarios.ts';
import { ONE_OF_TWO_USERS } from './two-users.ts';

const SECRET = { 'client-secrecy': 'true', 'server-secrecy': 'true' } as const;
const NOT_SECRET = { 'client-secrecy': 'false', 'server-secrecy': 'false' } as const;

/** What is claimed of the handshake, and where the claims end. */
export const CLAIMS = {
  'honest-run': {
    what: 'a login and a record each way can happen at all: else the claims would hold for want of a session',
    edits: [],
    expect: { 'honest-run-cannot-finish': 'false' },
  },
  session: {
    what: 'all keys are kept',
    edits: [],
    expect: {
      'server-authenticates-client': 'true',
      'client-authenticates-server': 'true',
      'both-agree': 'true',
      'client-gets-from-server': 'true',
      'server-gets-from-client': 'true',
    },
  },
  'forward-secrecy': {
    what: 'the keys of server, CA and all clients leak after the session',
    edits: ALL_KEYS_LATER,
    expect: SECRET,
  },
  'client-key-leaked': {
    what: 'the clients’ channel keys leak first (key compromise impersonation): clients still know the server, not the reverse',
    edits: CLIENT_KEYS_NOW,
    expect: {
      'client-authenticates-server': 'true',
      'client-secrecy': 'true',
      'both-agree': 'true',
      'server-authenticates-client': 'false',
    },
  },
  'server-key-leaked': {
    what: 'the server’s channel key leaks first (key compromise impersonation): the server still knows clients, not the reverse',
    edits: SERVER_KEY_NOW,
    expect: {
      'server-authenticates-client': 'true',
      'server-secrecy': 'true',
      'server-gets-from-client': 'true',
      'client-authenticates-server': 'false',
    },
  },
  'ca-key-leaked': {
    what: 'the CA’s key leaks first: the server still knows clients, not the reverse',
    edits: CA_KEY_NOW,
    expect: { 'server-authenticates-client': 'true', 'server-secrecy': 'true', 'client-authenticates-server': 'false' },
  },
  'x25519-falls-later': {
    what: 'X25519 falls after the session, and all long-term keys leak',
    edits: [...ALL_KEYS_LATER, ...X25519_FALLS_LATER],
    expect: SECRET,
  },
  'mlkem-falls': {
    what: 'ML-KEM falls at once, all long-term keys leak after the session',
    edits: [...ALL_KEYS_LATER, ...MLKEM_FALLS_NOW],
    expect: SECRET,
  },
  'mlkem-falls-now': {
    what: 'ML-KEM falls before the session: authentication does not rest on it',
    edits: MLKEM_FALLS_NOW,
    expect: { 'server-authenticates-client': 'true', 'client-authenticates-server': 'true' },
  },
  'both-fall-later': {
    what: 'ML-KEM falls at once and X25519 after the session: nothing is left',
    edits: [...X25519_FALLS_LATER, ...MLKEM_FALLS_NOW],
    expect: NOT_SECRET,
  },
  'x25519-falls-now': {
    what: 'X25519 falls before the session: authentication is classical, and secrecy goes with it',
    edits: X25519_FALLS_NOW,
    expect: { ...NOT_SECRET, 'server-authenticates-client': 'false', 'client-authenticates-server': 'false' },
  },
  'server-ephemerals-known': {
    what: 'the server’s random numbers for X25519 are known, and X25519 falls after the session: clients are still safe, the server is not',
    edits: [...SERVER_EPHEMERALS_NOW, ...X25519_FALLS_LATER],
    expect: { 'client-authenticates-server': 'true', 'client-secrecy': 'true', 'server-authenticates-client': 'false' },
  },
  identity: {
    what: 'users are unknown; the keys of server and CA leak after the session, and X25519 falls then',
    edits: [...USERS_UNKNOWN, ...SERVER_KEYS_LATER, ...X25519_FALLS_LATER],
    expect: { 'hidden-user': 'true', 'hidden-channel-key': 'true' },
  },
  'identity-server-key-leaked': {
    what: 'users are unknown; who has the server’s channel key before the session is told who logs in',
    edits: [...USERS_UNKNOWN, ...SERVER_KEY_NOW],
    expect: { 'hidden-user': 'false', 'hidden-channel-key': 'false' },
  },
  'identity-of-two': {
    what: 'one of two known users logs in; the keys of server and CA leak after the session',
    edits: [...ONE_OF_TWO_USERS, ...SERVER_KEYS_LATER],
    expect: { 'which-user': 'true' },
  },
} as const satisfies Readonly<Record<string, Case>>;
