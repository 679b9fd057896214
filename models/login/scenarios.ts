import { type Edit, fill } from './edits.ts';

/** What an attacker is given, beyond the network and the accounts and hosts of the model. */

/** The keys of server and CA, in phase 1: after every session that is asked about. */
export const SERVER_KEYS_LATER: readonly Edit[] = [fill('later', '| (phase 1; out(net, (ss, ca)))')];

/** The same, and the channel keys of all clients. */
export const ALL_KEYS_LATER: readonly Edit[] = [...SERVER_KEYS_LATER, fill('client keys later', '| (phase 1; out(net, s))')];

/** The channel keys of all clients from the start. */
export const CLIENT_KEYS_NOW: readonly Edit[] = [fill('client keys', 'out(net, s);')];

/** The server's channel key from the start. */
export const SERVER_KEY_NOW: readonly Edit[] = [fill('server keys', 'out(net, ss);')];

/** The CA's key from the start. */
export const CA_KEY_NOW: readonly Edit[] = [fill('server keys', 'out(net, ca);')];

/** The server's random numbers for X25519 are known: each of its ephemeral keys, as soon as it is made. */
export const SERVER_EPHEMERALS_NOW: readonly Edit[] = [fill('server ephemeral', 'out(net, e);')];

/** X25519 has fallen: whoever listens knows every secret key that matters as soon as its public one is seen. */
export const X25519_FALLS_NOW: readonly Edit[] = [...SERVER_KEY_NOW, ...CLIENT_KEYS_NOW, ...SERVER_EPHEMERALS_NOW];

/** Discrete logarithms can be computed from phase 1 on: of sessions that were recorded, or disturbed, before. */
export const X25519_FALLS_LATER: readonly Edit[] = [
  fill('primitives', 'reduc forall x: scalar; logarithm(exp(g, x)) = x [private].'),
  fill('later', '| (phase 1; ! in(net, x: point); out(net, logarithm(x)))'),
];

/** Somebody can open every ML-KEM ciphertext. */
export const MLKEM_FALLS_NOW: readonly Edit[] = [
  fill('primitives', 'reduc forall k: encapsulator, m: bitstring; crack(encapsulate(k, m)) = m.'),
];

/** Not more but less: names, devices and channel keys of honest users are not known, and they log in at the honest server only. */
export const USERS_UNKNOWN: readonly Edit[] = [
  { find: 'insert honestUsers(user); out(net, user);', replace: 'insert honestUsers(user);' },
  { find: 'out(net, (device, exp(g, s)));', replace: '' },
  {
    find: '! in(net, host: name); Client(user, device, s, pinOf(public(ca)), host)',
    replace: '! Client(user, device, s, pinOf(public(ca)), home)',
  },
];
