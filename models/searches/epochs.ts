import type { Search } from '../promela.ts';
import { mutant, reach } from './make.ts';

const COMMITS = ['COMMITS=2'];
const BREAKS = ['COMMITS=0', 'BREAKS=2'];
const BOTH = ['COMMITS=1', 'BREAKS=1'];
const OVERTAKING = [...BREAKS, 'OVERTAKING', 'CUTS=0'];
const FORK = 'no fork';

/** Of epochs.pml; docs/protocol.md sections 6 and 8. */
export const EPOCHS: readonly Search[] = [
  { name: 'two devices commit', quick: COMMITS, long: ['COMMITS=3'] },
  { name: 'groups are replaced', quick: BREAKS, long: [...BREAKS, 'CUTS=2'] },
  { name: 'commits and replacements', quick: BOTH, long: ['COMMITS=2', 'BREAKS=1'] },
  { name: 'three devices, commits and replacements', quick: undefined, long: ['DEVICES=3', ...BOTH, 'CUTS=0'] },
  { name: 'answers overtake items, and commits', quick: [...COMMITS, 'OVERTAKING'], long: [...BOTH, 'OVERTAKING'] },
  {
    name: 'answers overtake items, and replacements',
    quick: OVERTAKING,
    long: ['COMMITS=1', 'BREAKS=2', 'OVERTAKING', 'CUTS=0'],
  },
  { name: 'answers overtake the items of two replacements', quick: undefined, long: [...OVERTAKING, 'BREAKS=3'] },
  { name: 'messages of one epoch are kept', quick: [...COMMITS, 'KEPT=1'], long: [...COMMITS, 'KEPT=1', 'BREAKS=1'] },
  {
    name: 'a message that has become too old is a gap',
    quick: undefined,
    long: ['COMMITS=2', 'KEPT=1', 'BREAKS=1', 'OVERTAKING'],
  },
  { name: 'no run is endless', kind: 'endless', quick: COMMITS, long: BOTH },

  reach('what was written in an epoch that is over is sent in the next', 1, COMMITS),
  reach('what came in the epoch of a commit without its OK was opened', 2, COMMITS),
  reach('what was written in a group that was replaced is sent in the next', 3, BREAKS),

  mutant('a committer installs before it has OK', FORK, COMMITS, {
    from: 'commits++; pending[d] = true;',
    to: 'commits++; install(d, group[d], d);',
  }),
  mutant('who has lost keeps its own commit', FORK, [...COMMITS, 'OVERTAKING'], {
    from: ':: else -> behind[d] = true ',
    to: ':: else -> install(d, g, d) ',
  }),
  mutant('a second commit of an epoch is taken', FORK, COMMITS, {
    from: 'g == current && e == epoch[g] ->            /* the first',
    to: 'g == current ->            /* the first',
  }),
  mutant('the identical commit again is refused', 'and in its epoch', COMMITS, {
    from: ':: winner[E(g, e)] == d + 1 -> down[d]!true, COMMIT, 0, g, e, OK ',
    to: ':: winner[E(g, e)] == d + 1 -> down[d]!true, COMMIT, 0, g, e, STALE ',
  }),
  mutant('nothing opens in a commit that has no OK yet', 'no commit is missing', [...COMMITS, 'OVERTAKING'], {
    from: '     :: e == at[G(d, g)] + 1 && pending[d] && g == group[d] -> install(d, g, d); pending[d] = false\n',
    to: '',
  }),
  mutant('a message of any epoch is taken', 'overtaken by more epochs', [...COMMITS, 'KEPT=1'], {
    from: ':: g == current && e == epoch[g] -> toOthers(MESSAGE',
    to: ':: g == current -> toOthers(MESSAGE',
  }),
  mutant('a second replacement is taken', 'all are in the group that the server knows', BREAKS, {
    from: ':: successor[g] == 0 -> ',
    to: ':: successor[g] == 0 || current != e -> ',
  }),
  mutant('what waits is not encrypted again in the new group', 'nobody waits for ever', BREAKS, {
    from: 'author(k) == d && row[k] == ENCRYPTED -> row[k] = WAITING; rowGroup[k] = 0; rowEpoch[k] = 0',
    to: 'false -> skip',
  }),
  mutant('the answer to what was encrypted anew since counts', 'nobody waits for ever', BREAKS, {
    from: 'row[m] == ENCRYPTED && rowGroup[m] == g && rowEpoch[m] == e ->',
    to: 'row[m] == ENCRYPTED ->',
  }),
  mutant('a group that was known by its id alone is joined, and nothing sent in it', 'what was written is sent', OVERTAKING, {
    from: 'broken[d] = false;\n     advance(d)',
    to: 'broken[d] = false',
  }),
  mutant('a group that was named stays known when the one before it is joined', 'the server knows', [...OVERTAKING, 'BREAKS=3'], {
    from: '        knows[G(d, group[d])] = false; ',
    to: '        ',
  }),
];
