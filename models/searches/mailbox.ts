import type { Search } from '../promela.ts';
import { mutant, reach } from './make.ts';

const NO_KILLS = ['KILLS=0'];
const NO_SENDER_CUTS = ['SENDER_CUTS=0'];
const NO_CUTS = ['CUTS=0'];
const ORDER = 'in the order in which it was sent';
const LOST = 'what has its OK is not lost';

/** Of mailbox.pml; docs/protocol.md section 6. */
export const MAILBOX: readonly Search[] = [
  { name: 'connections of both sides are cut', quick: NO_KILLS, long: [...NO_KILLS, 'CUTS=2'] },
  { name: 'the server is killed, and the device', quick: NO_SENDER_CUTS, long: [...NO_SENDER_CUTS, 'KILLS=2', 'CUTS=2'] },
  { name: 'the server is killed, and the sender', quick: NO_CUTS, long: [...NO_CUTS, 'KILLS=2'] },
  { name: 'all of them', quick: undefined, long: [] },
  { name: 'three messages', quick: undefined, long: ['MESSAGES=3', ...NO_SENDER_CUTS] },
  {
    name: 'a message to two devices',
    quick: ['DEVICES=2', 'MESSAGES=1', ...NO_KILLS],
    long: ['DEVICES=2', 'MESSAGES=1', ...NO_SENDER_CUTS],
  },
  { name: 'two messages to two devices', quick: undefined, long: ['DEVICES=2', 'SENDER_CUTS=0', 'CUTS=0', 'KILLS=0'] },
  { name: 'no run is endless', kind: 'endless', quick: NO_SENDER_CUTS, long: [] },

  reach('all was pushed at once, and nothing written', 1, NO_KILLS),
  reach('all has arrived although the server was killed', 2, NO_SENDER_CUTS),

  mutant('a device ACKs what it has not stored yet', LOST, NO_SENDER_CUTS, {
    from: 'atomic { wire[d]?p, m -> store(d, p, m); acked[d] = p; p = 0; m = 0 }',
    to: 'wire[d]?p, m -> acked[d] = p; if :: d_step { feed[d] == LIVE -> store(d, p, m) } :: feed[d] == OFF fi',
  }),
  mutant('OK before the disk has it', LOST, NO_CUTS, {
    from: '  todo!APPEND, m, last[0]',
    to: '  reply(m, connection); todo!APPEND, m, last[0]',
  }),
  mutant('OK for what was pushed and has no ACK', LOST, NO_CUTS, {
    from: '  wasPushedFirst = true',
    to: '  reply(m, connection); wasPushedFirst = true',
  }),
  mutant('positions begin anew after a start', LOST, NO_CUTS, { from: '/* last[n] stays:', to: 'last[n] = 0; /*' }),
  mutant('a message is pushed first behind one that is being written', ORDER, NO_SENDER_CUTS, {
    from: 'feed[i] == LIVE && appending[i] == 0 &&',
    to: 'feed[i] == LIVE &&',
  }),
  mutant('what is held is not written before what comes after it', ORDER, NO_CUTS, {
    from: '-> write(n); nextPosition(n);',
    to: '-> nextPosition(n);',
  }),
  mutant('an id that comes again is not recognised', 'a message takes effect once', NO_CUTS, {
    from: ':: stored[M(d, m)] > 0 -> skip',
    to: ':: false -> skip',
  }),
  mutant('more is deleted than was ACKed', LOST, NO_KILLS, {
    from: 'acked[d] > 0 -> acknowledge(d, acked[d]);',
    to: 'acked[d] > 0 -> acknowledge(d, cursor[d]);',
  }),
  mutant('a position that is named at login lets nothing go', 'the mailboxes are empty', NO_KILLS, {
    from: '  acknowledge(d, position[d]);\n',
    to: '',
  }),
];
