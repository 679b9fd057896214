import type { Edit } from './edits.ts';

/**
 * X25519 without the equation, with which ProVerif does not come to an end where two worlds are compared: client and server have a
 * function each, which give the same for a pair of keys. Two clients, or two servers, that are made to speak to each other compute
 * different secrets here where really they compute the same one; no message of theirs would fit the other's turn.
 */
const X25519_BY_ROLE: readonly Edit[] = [
  {
    find: 'equation forall x: scalar, y: scalar; exp(exp(g, x), y) = exp(exp(g, y), x).',
    replace: `fun shared(scalar, scalar): point.
reduc forall x: scalar, y: scalar; asClient(exp(g, y), x) = shared(x, y).
reduc forall x: scalar, y: scalar; asServer(exp(g, x), y) = shared(x, y).`,
  },
  {
    find: 'let h2 = H(h1, pointBytes(re)) in\n  let ee = pointBytes(exp(re, e)) in',
    replace: 'let h2 = H(h1, pointBytes(re)) in\n  let ee = pointBytes(asClient(re, e)) in',
  },
  {
    find: 'let h2 = H(h1, pointBytes(exp(g, e))) in\n  let ee = pointBytes(exp(re, e)) in',
    replace: 'let h2 = H(h1, pointBytes(exp(g, e))) in\n  let ee = pointBytes(asServer(re, e)) in',
  },
  { find: 'let es = pointBytes(exp(rs, e)) in', replace: 'let es = pointBytes(asClient(rs, e)) in' },
  { find: 'let es = pointBytes(exp(re, s)) in', replace: 'let es = pointBytes(asServer(re, s)) in' },
  { find: 'let se = pointBytes(exp(re, s)) in', replace: 'let se = pointBytes(asClient(re, s)) in' },
  { find: 'let se = pointBytes(exp(rs, e)) in', replace: 'let se = pointBytes(asServer(rs, e)) in' },
];

/**
 * Two users whose names, devices and channel keys are all known; one of them logs in at the honest server. `choice` makes ProVerif compare
 * the world in which it is A with the one in which it is B.
 */
export const ONE_OF_TWO_USERS: readonly Edit[] = [
  ...X25519_BY_ROLE,
  {
    find: '! new user: name; event HonestUser(user); insert honestUsers(user); out(net, user);',
    replace: `! new userA: name; new userB: name; out(net, (userA, userB));
       insert honestUsers(choice[userA, userB]); insert honestUsers(choice[userB, userA]);`,
  },
  {
    find: '! new device: name; new s: scalar; event HonestDevice(exp(g, s)); insert devices(user, device, exp(g, s));',
    replace: `new deviceA: name; new deviceB: name; new sA: scalar; new sB: scalar;
         insert devices(choice[userA, userB], choice[deviceA, deviceB], choice[exp(g, sA), exp(g, sB)]);
         insert devices(choice[userB, userA], choice[deviceB, deviceA], choice[exp(g, sB), exp(g, sA)]);`,
  },
  { find: 'out(net, (device, exp(g, s)));', replace: 'out(net, (deviceA, exp(g, sA), deviceB, exp(g, sB)));' },
  {
    find: '! in(net, host: name); Client(user, device, s, pinOf(public(ca)), host)',
    replace: '! Client(choice[userA, userB], choice[deviceA, deviceB], choice[sA, sB], pinOf(public(ca)), home)',
  },
];
