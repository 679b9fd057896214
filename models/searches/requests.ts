import type { Search } from '../promela.ts';
import { mutant, open, reach } from './make.ts';

const CROSSING = ['ASKS0=1', 'ASKS1=1', 'TICKS=0', 'CUTS=0'];
const CUT = ['ASKS0=1', 'ASKS1=1', 'TICKS=0'];
const REPEATED = ['ASKS0=2', 'ASKS1=0', 'ACTS=3'];
const OFTEN = ['ASKS0=3', 'ASKS1=0', 'ACTS=4', 'TICKS=2'];
const SIBLINGS = ['DEVICES=3', 'ASKS0=1', 'ASKS1=0', 'TICKS=0', 'CUTS=0'];
const ASKING_TWICE = ['DEVICES=3', 'ASKS0=0', 'ASKS1=2', 'TICKS=0', 'CUTS=0', 'ACTS=1'];
const BLOCKING = ['BLOCKING', 'ASKS0=2', 'ASKS1=0'];
const TALKING = ['TALKING', 'ASKS0=1', 'ASKS1=0', 'TICKS=0', 'ACTS=3'];

/** Of requests.pml; docs/protocol.md section 7. */
export const REQUESTS: readonly Search[] = [
  { name: 'both ask', quick: CUT, long: ['ASKS0=1', 'ASKS1=1'] },
  { name: 'one asks again and again', quick: REPEATED, long: [...OFTEN, 'CUTS=0'] },
  { name: 'both ask, and one of them again', quick: undefined, long: ['ASKS0=2', 'ASKS1=1', 'CUTS=0'] },
  { name: 'two devices of a user answer', quick: SIBLINGS, long: ['DEVICES=3', 'ASKS0=1', 'ASKS1=0'] },
  { name: 'two devices of a user answer, who asks too', quick: undefined, long: ['DEVICES=3', ...CROSSING, 'ACTS=1'] },
  { name: 'one blocks the other', quick: BLOCKING, long: ['BLOCKING', 'ASKS0=2', 'ASKS1=1', 'CUTS=0', 'TICKS=0'] },
  { name: 'they write, where they may and where they may not', quick: [...TALKING, 'CUTS=0'], long: TALKING },
  {
    name: 'days of a device are over sooner, and who asks does so anew',
    quick: [...REPEATED, 'RUNNING_OUT'],
    long: [...OFTEN, 'TICKS=1', 'CUTS=0', 'RUNNING_OUT'],
  },
  {
    name: 'both ask, and days of a device are over sooner',
    quick: [...CUT, 'RUNNING_OUT'],
    long: ['ASKS0=1', 'ASKS1=1', 'RUNNING_OUT'],
  },
  {
    name: 'two devices of a user answer, and days of one are over sooner',
    quick: [...SIBLINGS, 'RUNNING_OUT'],
    long: ['DEVICES=3', 'ASKS0=1', 'ASKS1=0', 'RUNNING_OUT'],
  },
  { name: 'no run is endless', kind: 'endless', quick: CROSSING, long: ['ASKS0=1', 'ASKS1=1'] },

  open(
    'two devices of a user ask at once: the one that is replaced is not told',
    'nobody waits for what cannot come',
    ASKING_TWICE,
  ),

  {
    ...open(
      'a request that was turned down and comes again takes the place of a newer one',
      'nobody waits for what cannot come',
      OFTEN,
    ),
    quick: undefined,
  },

  reach('one has asked, and they may talk', 1, CROSSING),
  reach('one has said no', 2, CROSSING),
  reach('both have asked, and they may talk', 3, CROSSING),
  reach('a request has run out, and the next one was accepted', 4, REPEATED),

  mutant('a second answer overrides the first', 'the first answer counts', SIBLINGS, {
    from: '     :: waits(r) -> verdict = OK; asked = true',
    to: '     :: state[r] != CANCELLED -> verdict = OK; asked = true',
  }),
  mutant(
    'nobody looks whether a request crosses another, nor whether the two may talk',
    'one conversation comes about',
    CROSSING,
    { from: '-> result = CROSSED; n = i', to: '-> skip' },
    { from: 'settle(0, ACCEPTED); settle(1, ACCEPTED)', to: 'skip' },
    { from: 'asked && wanted == ACCEPTED && conversation != 0 -> verdict', to: 'false -> verdict' },
    { from: 'asked && !(wanted == ACCEPTED && conversation != 0) ->', to: 'asked ->' },
  ),
  mutant('what has run out is accepted all the same', 'what has run out cannot be accepted', REPEATED, {
    from: '(state[q] == PENDING && !expired[q])',
    to: '(state[q] == PENDING)',
  }),
  mutant('a refusal is not remembered', 'nor is one within 7 days of a refusal', REPEATED, {
    from: 'state[i] == REFUSED && recent[i] -> result = RECENTLY',
    to: 'state[i] == REFUSED && recent[i] -> skip',
  }),
  mutant('who is blocked is told something else', 'a blocked user sees the same answers as anybody', BLOCKING, {
    from: '  :: result == OK && conversation != 0 -> result = ALREADY',
    to: '  :: result == OK && conversation != 0 -> result = ALREADY\n  :: asIfBlocked && blocked[1 - from(r)] -> result = UNKNOWN',
  }),
  mutant('the request of who is blocked is passed on', "a blocked user's request is not shown", BLOCKING, {
    from: 'concealed[r] = blocked[1 - owner(d)]',
    to: 'concealed[r] = false',
  }),
  mutant('a new request does not replace the one before', 'at most one request of a user to another is pending', ASKING_TWICE, {
    from: '        settle(owner(d), CANCELLED);\n',
    to: '',
  }),
  mutant('the identical answer again is taken for a second one', 'one conversation, or none is', CUT, {
    from: 'answeredBy[r] == d + 1 -> verdict = OK',
    to: 'answeredBy[r] == d + 1 -> verdict = ALREADY',
  }),
  mutant('a refusal that came too late forgets the request', 'the Welcome can be joined', SIBLINGS, {
    from: 'known(d, j) && verdict != ALREADY ->',
    to: 'known(d, j) && (verdict != ALREADY || what[O(d, 0)] == REFUSE) ->',
  }),
  mutant('a cancellation that came too late forgets the request', 'the Welcome can be joined', CROSSING, {
    from: 'known(d, j) && verdict != ALREADY ->',
    to: 'known(d, j) && (verdict != ALREADY || what[O(d, 0)] == CANCEL) ->',
  }),
  mutant('a device forgets its request when its own days are over', 'the Welcome can be joined', [...CROSSING, 'RUNNING_OUT'], {
    from: 'is(d, k, PENDING) -> row[R(d, at(k))] = OVER',
    to: 'is(d, k, PENDING) && from(k) == owner(d) -> forget(d, at(k))',
  }),
  mutant('so does a device of who is asked', 'the Welcome can be joined', [...SIBLINGS, 'RUNNING_OUT'], {
    from: 'is(d, k, PENDING) -> row[R(d, at(k))] = OVER',
    to: 'is(d, k, PENDING) && from(k) != owner(d) -> forget(d, at(k))',
  }),
  mutant(
    'a new request forgets the one before, though it was not taken',
    'the Welcome can be joined',
    [...REPEATED, 'RUNNING_OUT'],
    {
      from: '        forget(d, j)\n     :: verdict == OK && known(d, j)',
      to: '        dropReplaced(d, j); forget(d, j)\n     :: verdict == OK && known(d, j)',
    },
  ),
  mutant(
    'the answer to the older of two that are over forgets the newer',
    'the Welcome can be joined',
    [...REPEATED, 'RUNNING_OUT'],
    {
      from: 'madeBy[i] == d && i < r :',
      to: 'madeBy[i] == d :',
    },
  ),
  mutant('a message needs no conversation', 'no message reaches who has not agreed', TALKING, {
    from: '  :: conversation == 0 || conversation != c -> verdict = NOT_MEMBER',
    to: '  :: false -> verdict = NOT_MEMBER',
  }),
];
