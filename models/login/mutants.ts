import type { Case, QueryName } from './case.ts';
import type { Edit } from './edits.ts';
import { SERVER_EPHEMERALS_NOW, USERS_UNKNOWN, X25519_FALLS_LATER } from './scenarios.ts';
import { ONE_OF_TWO_USERS } from './two-users.ts';

const CHECK = 'let (=server, =host, =rs) = verify(caKey, certificate) in';
const LOOK_UP = 'get devices(=user, =device, =rs) in';
const CLIENT_ES = 'let es = pointBytes(exp(rs, e)) in';
const SERVER_ES = 'let es = pointBytes(exp(re, s)) in';
const CLIENT_SE = 'let se = pointBytes(exp(re, s)) in';
const SERVER_SE = 'let se = pointBytes(exp(rs, e)) in';
const CLIENT_KEM = 'let kemSecret = decapsulate(d1, kem) in';
const SERVER_SECRETS = 'new e: scalar; new kemSecret: bitstring;';

/** The handshake with one thing broken: each must make false what it is listed for, or the model would show nothing. */
export const MUTANTS = {
  'no-certificate-check': mutant(
    'the client does not verify the signature of the server certificate',
    ['client-authenticates-server', 'client-secrecy'],
    [{ find: CHECK, replace: 'let (=server, =host, =rs) = read(certificate) in' }],
  ),
  'certificate-not-bound-to-s': mutant(
    'the client does not compare the key in the certificate with s',
    ['client-authenticates-server', 'client-secrecy'],
    [{ find: CHECK, replace: 'let (=server, =host, other: point) = verify(caKey, certificate) in' }],
  ),
  'host-not-checked': mutant(
    'the client takes a certificate of the CA for any host',
    ['client-authenticates-server', 'client-secrecy'],
    [{ find: CHECK, replace: 'let (=server, other: name, =rs) = verify(caKey, certificate) in' }],
  ),
  'ca-by-name-only': mutant(
    'the client knows the CA by its name, not by the pin',
    ['client-authenticates-server', 'client-secrecy'],
    [{ find: 'if pinOf(caKey) = pin then', replace: 'if subject = caName then' }],
  ),
  'no-es': mutant(
    'es is not mixed in: the server does not prove that it has s',
    ['client-authenticates-server', 'client-secrecy'],
    [
      { find: CLIENT_ES, replace: 'let es = empty in' },
      { find: SERVER_ES, replace: 'let es = empty in' },
    ],
  ),
  'no-se': mutant(
    'se is not mixed in: the client does not prove that it has s',
    ['server-authenticates-client', 'server-secrecy'],
    [
      { find: CLIENT_SE, replace: 'let se = empty in' },
      { find: SERVER_SE, replace: 'let se = empty in' },
    ],
  ),
  'channel-key-not-compared': mutant(
    'the server does not compare the channel key of the device with s',
    ['server-authenticates-client', 'server-secrecy'],
    [{ find: LOOK_UP, replace: 'get devices(=user, =device, other) in' }],
  ),
  'user-not-compared': mutant(
    'the server asks whether s is the key of any device, not whether of the one that the login names',
    ['server-authenticates-client', 'server-secrecy'],
    [{ find: LOOK_UP, replace: 'get devices(other, otherDevice, =rs) in' }],
  ),
  'transcript-not-bound': mutant(
    'what is sealed does not have the hash of the transcript for associated data',
    ['client-authenticates-server', 'client-secrecy'],
    [
      {
        find: 'fun seal(key, nonce, bitstring, bitstring): bitstring.',
        replace: `fun sealAlone(key, nonce, bitstring): bitstring.
letfun seal(k: key, n: nonce, ad: bitstring, m: bitstring) = sealAlone(k, n, m).`,
      },
      {
        find: 'reduc forall k: key, n: nonce, ad: bitstring, m: bitstring; open(k, n, ad, seal(k, n, ad, m)) = m.',
        replace: `reduc forall k: key, n: nonce, m: bitstring; openAlone(k, n, sealAlone(k, n, m)) = m.
letfun open(k: key, n: nonce, ad: bitstring, c: bitstring) = openAlone(k, n, c).`,
      },
    ],
    [...SERVER_EPHEMERALS_NOW, ...X25519_FALLS_LATER],
  ),
  'no-ekem1': mutant(
    'the secret of ML-KEM is not mixed in: plain XX',
    ['client-secrecy', 'server-secrecy'],
    [
      { find: CLIENT_KEM, replace: 'let kemSecret = empty in' },
      { find: SERVER_SECRETS, replace: 'new e: scalar; let kemSecret = empty in' },
    ],
    X25519_FALLS_LATER,
  ),
  'login-before-checks': mutant(
    'the client sends 1.2 without a look at the certificate',
    ['hidden-user', 'hidden-channel-key'],
    [{ find: CHECK, replace: '' }],
    USERS_UNKNOWN,
  ),
  'identity-before-checks': {
    what: 'the same, where one of two known users logs in',
    edits: [...ONE_OF_TWO_USERS, { find: CHECK, replace: '' }],
    expect: { 'which-user': 'cannot be proved' },
  },
  'channel-key-in-clear': mutant(
    'the client sends s without sealing it',
    ['hidden-channel-key'],
    [
      {
        find: 'let sealedOwnS = seal(kEs, n1, h5, pointBytes(exp(g, s))) in',
        replace: 'let sealedOwnS = pointBytes(exp(g, s)) in',
      },
      { find: 'let pointBytes(rs) = open(kEs, n1, h5, sealedRs) in', replace: 'let pointBytes(rs) = sealedRs in' },
    ],
    USERS_UNKNOWN,
  ),
  'one-key-both-ways': mutant(
    'Split gives the same key for both directions',
    ['client-gets-from-server', 'server-gets-from-client', 'both-agree'],
    [{ find: 'fun toClientOf(bitstring): key.', replace: 'letfun toClientOf(ck: bitstring) = toServerOf(ck).' }],
  ),
  'randomness-repeats': mutant(
    'the server uses its ephemeral secrets in many handshakes: a replayed 1.0 and 1.2 make a session',
    ['server-authenticates-client'],
    [
      { find: SERVER_SECRETS, replace: '' },
      { find: 'let Server(s: scalar,', replace: 'let Server(e: scalar, kemSecret: bitstring, s: scalar,' },
      {
        find: '(! Server(ss, certificate, caCertificate))',
        replace: '(new e: scalar; new kemSecret: bitstring; ! Server(e, kemSecret, ss, certificate, caCertificate))',
      },
    ],
  ),
} as const satisfies Readonly<Record<string, Case>>;

function mutant(what: string, falls: readonly QueryName[], edits: readonly Edit[], scenario: readonly Edit[] = []): Case {
  return { what, edits: [...scenario, ...edits], expect: Object.fromEntries(falls.map((query) => [query, 'false'])) };
}
