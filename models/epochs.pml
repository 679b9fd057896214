/*
 * The groups of a one-to-one conversation, docs/protocol.md sections 6 and 8: COMMIT, MESSAGE and REPLACE of two or three devices at
 * once, lost answers, what has come too early.
 *
 * What is abstracted away. MLS: a group's state is the line of commits that led to it, and what is encrypted in an epoch opens for whoever
 * has gone the same line. Mailboxes: an item is taken exactly once and in order (mailbox.pml shows that). Who may do what (requests.pml);
 * all devices are members, and a Welcome can be joined. How a group breaks: it may, at any time, without anything being lost by it. The
 * timer after which a device that waits for a commit in vain breaks off is not there: nothing may depend on it.
 *
 * A connection is FIFO in each direction, for answers and mailbox items together; with OVERTAKING the answers are not in order with the
 * items. When it is cut, what was under way is lost but for the items; then every row of the outbox is sent again, in order.
 */
#ifndef DEVICES
#define DEVICES 2
#endif
#ifndef MESSAGES
#define MESSAGES 1      /* that each device sends */
#endif
#ifndef COMMITS
#define COMMITS 2       /* of all devices */
#endif
#ifndef BREAKS
#define BREAKS 0        /* of all devices: how often a group is found to be broken */
#endif
#ifndef CUTS
#define CUTS 1
#endif
#ifndef KEPT
#define KEPT 4          /* epochs whose messages still open */
#endif
#ifndef REACH
#define REACH 0         /* which of the ends below shall be found reachable */
#endif
#ifdef OVERTAKING
#define MAY_BE_LOST     (KEPT < EPOCHS)
#else
#define MAY_BE_LOST     false
#endif
#define REACHED(n)      assert(REACH != n)

#define GROUPS          (1 + BREAKS)
#define EPOCHS          (1 + COMMITS)
#define ALL             (DEVICES * MESSAGES)
#define QUEUE           12
#define G(d, g)         ((d) * GROUPS + (g))
#define E(g, e)         ((g) * EPOCHS + (e))
#define S(d, k)         ((d) * ALL + (k))       /* device d, message k */
#define C(d, e)         ((d) * EPOCHS + (e))
#define author(k)       ((k) / MESSAGES)

mtype = { MESSAGE, COMMIT, REPLACE };
mtype = { OK, STALE, ITEM };
mtype = { UNWRITTEN, WAITING, ENCRYPTED, SENT };

/* The server. */
byte current;                   /* the group that is not replaced */
byte epoch[GROUPS];
byte winner[GROUPS * EPOCHS];   /* 1 + the device whose commit ended an epoch */
byte successor[GROUPS];         /* what has replaced a group */
chan up[DEVICES] = [QUEUE] of { mtype, byte, byte, byte };              /* what, message, group, epoch (or new group) */
chan down[DEVICES] = [QUEUE] of { bool, mtype, byte, byte, byte, mtype };  /* is it an answer, the same (or the winner), which */

/* The devices' disks. */
byte group[DEVICES];            /* in which it talks */
bool knows[DEVICES * GROUPS];   /* that there is or was a group */
bool has[DEVICES * GROUPS];     /* its state */
byte replaces[DEVICES];         /* the group before the one in which it talks */
byte at[DEVICES * GROUPS];      /* the epoch of that */
bool pending[DEVICES];          /* a commit of its own is made, and not installed */
bool behind[DEVICES];           /* a commit that has won is on its way */
bool broken[DEVICES];
byte replacement[DEVICES];      /* a group of its own that is to take the place, and its REPLACE */
bool commitRow[DEVICES * EPOCHS];
mtype row[ALL] = UNWRITTEN;
byte rowGroup[ALL];
byte rowEpoch[ALL];
bool seen[DEVICES * ALL];
byte early[DEVICES * ALL];      /* 1 + the epoch of a message whose commit has not come */

byte groups = 1, commits, breaks;
bool lost[DEVICES * ALL];       /* a gap, for the assertions alone */
bool wasStale, wasOpenedPending;

hidden byte i, j, k, isSo;

/* ------------------------------------------------------------------ the server */

inline toOthers(what, x, y, z, sender) {
  i = 0;
  do
  :: i < DEVICES ->
     if
     :: i != sender -> down[i]!false, what, x, y, z, ITEM
     :: else
     fi;
     i++
  :: else -> break
  od
}

inline serve(d) {
  up[d]?t, m, g, e;
  if
  :: t == MESSAGE ->
     if
     :: g == current && e == epoch[g] -> toOthers(MESSAGE, m, g, e, d); down[d]!true, MESSAGE, m, g, e, OK
     :: else -> down[d]!true, MESSAGE, m, g, e, STALE; wasStale = true
     fi
  :: t == COMMIT ->
     if
     :: winner[E(g, e)] == d + 1 -> down[d]!true, COMMIT, 0, g, e, OK           /* the identical bytes again */
     :: winner[E(g, e)] != d + 1 && g == current && e == epoch[g] ->            /* the first for an epoch wins */
        winner[E(g, e)] = d + 1; epoch[g]++;
        toOthers(COMMIT, d, g, e, d); down[d]!true, COMMIT, 0, g, e, OK
     :: else -> down[d]!true, COMMIT, 0, g, e, STALE
     fi
  :: t == REPLACE ->
     if
     :: successor[g] == 0 ->                                                    /* the first REPLACE wins */
        successor[g] = e; current = e;
        toOthers(REPLACE, d, g, e, d); down[d]!true, REPLACE, 0, g, e, OK
     :: successor[g] == e -> down[d]!true, REPLACE, 0, g, e, OK
     :: else -> down[d]!true, REPLACE, current, g, e, STALE
     fi
  fi;
  t = 0; m = 0; g = 0; e = 0
}

proctype Server(byte d) {
  byte m, g, e;
  mtype t;
  end: do
  :: d_step { len(up[d]) > 0 -> serve(d) }
  od
}

/* ------------------------------------------------------------------ a device */

/* A device takes the state after a commit of device x. */
inline install(dev, line, x) {
  assert(winner[E(line, at[G(dev, line)])] == x + 1);       /* nobody installs what the server did not take: no fork */
  at[G(dev, line)]++
}

/* Encrypts what waits, in order. */
inline advance(d) {
  isSo = has[G(d, group[d])] && !pending[d] && !behind[d] && !broken[d]; k = d * MESSAGES;
  do                                            /* those of an epoch that is over will come back, and go first */
  :: k < (d + 1) * MESSAGES -> isSo = isSo && !(row[k] == ENCRYPTED && rowEpoch[k] != at[G(d, group[d])]); k++
  :: else -> break
  od;
  k = d * MESSAGES;
  do
  :: k < (d + 1) * MESSAGES ->
     if
     :: isSo && row[k] == WAITING ->
        row[k] = ENCRYPTED; rowGroup[k] = group[d]; rowEpoch[k] = at[G(d, group[d])];
        up[d]!MESSAGE, k, rowGroup[k], rowEpoch[k]
     :: else
     fi;
     k++
  :: else -> break
  od
}

/* What had come too early. */
inline openEarly(d) {
  k = 0;
  do
  :: k < ALL ->
     if
     :: early[S(d, k)] > 0 && early[S(d, k)] - 1 <= at[G(d, group[d])] -> seen[S(d, k)] = true; early[S(d, k)] = 0
     :: else
     fi;
     k++
  :: else -> break
  od
}

/* Another group takes the place: what has no answer is encrypted in that one, under the same id. */
inline switchTo(d, g) {
  replaces[d] = group[d]; knows[G(d, g)] = true;
  group[d] = g; pending[d] = false; behind[d] = false; broken[d] = !has[G(d, g)]; k = 0;
  if
  :: replacement[d] != 0 -> has[G(d, replacement[d])] = (replacement[d] == g); replacement[d] = 0
  :: else
  fi;
  do
  :: k < ALL ->
     assert(early[S(d, k)] == 0);               /* nothing is given up that was too early */
     if
     :: author(k) == d && row[k] == ENCRYPTED -> row[k] = WAITING; rowGroup[k] = 0; rowEpoch[k] = 0
     :: else
     fi;
     k++
  :: else -> break
  od;
  k = 0;
  do
  :: k < EPOCHS -> commitRow[C(d, k)] = false; k++
  :: else -> break
  od;
  advance(d)
}

inline receiveMessage(d, m, g, e) {
  if
  :: seen[S(d, m)] -> skip                      /* an id that was opened before */
  :: else ->
     assert(has[G(d, g)]);                      /* a message of a group that is known */
     if
     :: e <= at[G(d, g)] && at[G(d, g)] - e < KEPT -> seen[S(d, m)] = true
     :: e <= at[G(d, g)] && at[G(d, g)] - e >= KEPT ->          /* a gap: the group is replaced */
        lost[S(d, m)] = true;
        if
        :: g == group[d] -> broken[d] = true
        :: else
        fi
     :: e == at[G(d, g)] + 1 && pending[d] && g == group[d] ->  /* it opens in what a commit of ours makes */
        install(d, g, d); pending[d] = false; seen[S(d, m)] = true; wasOpenedPending = true;
        advance(d)
     :: else ->
        assert(g == group[d]);                  /* nothing waits in a group that is over */
        early[S(d, m)] = e + 1
     fi
  fi
}

/* Of device m. */
inline receiveCommit(d, m, g, e) {
  assert(has[G(d, g)]);                         /* a commit of a group that is known */
  if
  :: e < at[G(d, g)] -> skip
  :: else ->
     if
     :: e == at[G(d, g)] + 1 && pending[d] && g == group[d] -> install(d, g, d); pending[d] = false
     :: else
     fi;
     assert(e == at[G(d, g)]);                  /* no commit is missing before this one */
     install(d, g, m);
     if
     :: g == group[d] -> pending[d] = false; behind[d] = false; openEarly(d); advance(d)
     :: else
     fi
  fi
}

/* Group e takes the place of group g. */
inline receiveReplace(d, g, e) {
  if
  :: knows[G(d, e)] && !(group[d] == e && !has[G(d, e)]) -> skip
  :: !has[G(d, e)] && group[d] == e -> /* it was known by its id alone */
     has[G(d, e)] = true; broken[d] = false;
     advance(d)
  :: else ->
     if
     :: !knows[G(d, g)] || group[d] == g -> has[G(d, e)] = true; switchTo(d, e)
     :: knows[G(d, g)] && group[d] != g && !has[G(d, group[d])] && replaces[d] == g ->
        knows[G(d, group[d])] = false;          /* the one that was named comes later: until then this is the group */
        has[G(d, e)] = true; switchTo(d, e)
     :: else                                    /* it replaces what was replaced by another one before */
     fi
  fi
}

inline messageAnswered(d, m, g, e, answer) {
  if
  :: answer == OK -> row[m] = SENT
  :: answer == STALE && row[m] == ENCRYPTED && rowGroup[m] == g && rowEpoch[m] == e ->
     row[m] = WAITING; rowGroup[m] = 0; rowEpoch[m] = 0;
     if
     :: at[G(d, g)] == e -> behind[d] = true
     :: else
     fi
  :: else                                       /* it was encrypted anew since: that one gets an answer of its own */
  fi;
  advance(d)
}

inline commitAnswered(d, g, e, answer) {
  if
  :: g == group[d] && commitRow[C(d, e)] ->
     commitRow[C(d, e)] = false;
     if
     :: pending[d] && at[G(d, g)] == e ->
        pending[d] = false;
        if
        :: answer == OK -> install(d, g, d)
        :: else -> behind[d] = true             /* another one has won: what waits is encrypted after it has come */
        fi;
        openEarly(d); advance(d)
     :: else                                    /* that epoch has ended already */
     fi
  :: else
  fi
}

/* Of a REPLACE that makes group e; m: the group that has the place instead. */
inline replaceAnswered(d, e, m, answer) {
  if
  :: replacement[d] != e -> skip                /* another one has taken the place already */
  :: else ->
     if
     :: answer == OK -> switchTo(d, e)
     :: else -> switchTo(d, m)            /* its REPLACE is on its way */
     fi
  fi
}

inline receive(d) {
  if
  :: isReply && t == MESSAGE -> messageAnswered(d, m, g, e, answer)
  :: isReply && t == COMMIT -> commitAnswered(d, g, e, answer)
  :: isReply && t == REPLACE -> replaceAnswered(d, e, m, answer)
  :: !isReply && t == MESSAGE -> receiveMessage(d, m, g, e)
  :: !isReply && t == COMMIT -> receiveCommit(d, m, g, e)
  :: !isReply && t == REPLACE -> receiveReplace(d, g, e)
  fi;
  isReply = false; t = 0; m = 0; g = 0; e = 0; answer = 0
}

proctype Device(byte d) {
  byte m, g, e;
  bool isReply;
  mtype t, answer;
  end: do
#ifdef OVERTAKING
  :: d_step { down[d]??[true, _, _, _, _, _] -> down[d]??true, t, m, g, e, answer; isReply = true; receive(d) }
  :: d_step { down[d]??[false, _, _, _, _, _] -> down[d]??false, t, m, g, e, answer; isReply = false; receive(d) }
#else
  :: d_step { len(down[d]) > 0 -> down[d]?isReply, t, m, g, e, answer; receive(d) }
#endif
  /* makes a group for one that is broken; where only the id of the one that has won is known, that is on its way */
  :: d_step {
       broken[d] && has[G(d, group[d])] && replacement[d] == 0 && groups < GROUPS ->
       replacement[d] = groups; has[G(d, groups)] = true; groups++;
       up[d]!REPLACE, 0, group[d], replacement[d]
     }
  od
}

/* MESSAGES is 1 or 2. */
#define nothingIsUnanswered(d)  (row[(d) * MESSAGES] != ENCRYPTED && row[(d) * MESSAGES + MESSAGES - 1] != ENCRYPTED)

/* The user writes, keys are due to be renewed, a group breaks; or not. */
proctype User(byte d) {
  byte written;
  do
  :: d_step { written < MESSAGES -> row[d * MESSAGES + written] = WAITING; written++; advance(d); skip }
  :: d_step {
       commits < COMMITS && has[G(d, group[d])] && !pending[d] && !behind[d] && !broken[d] && nothingIsUnanswered(d) ->
       commits++; pending[d] = true; commitRow[C(d, at[G(d, group[d])])] = true;
       up[d]!COMMIT, 0, group[d], at[G(d, group[d])]
     }
  :: d_step { breaks < BREAKS && !broken[d] -> breaks++; broken[d] = true }
  :: break
  od
}

inline cut(d) {
  do
  :: len(up[d]) > 0 -> up[d]?t, m, g, e
  :: else -> break
  od;
  j = len(down[d]);
  do
  :: j > 0 ->
     down[d]?isReply, t, m, g, e, answer; j--;
     if
     :: !isReply -> down[d]!isReply, t, m, g, e, answer
     :: else
     fi
  :: else -> break
  od;
  isReply = false; t = 0; m = 0; g = 0; e = 0; answer = 0;
  k = d * MESSAGES;
  do
  :: k < (d + 1) * MESSAGES ->
     if
     :: row[k] == ENCRYPTED -> up[d]!MESSAGE, k, rowGroup[k], rowEpoch[k]
     :: else
     fi;
     k++
  :: else -> break
  od;
  k = 0;
  do
  :: k < EPOCHS ->
     if
     :: commitRow[C(d, k)] -> up[d]!COMMIT, 0, group[d], k
     :: else
     fi;
     k++
  :: else -> break
  od;
  if
  :: replacement[d] != 0 -> up[d]!REPLACE, 0, group[d], replacement[d]
  :: else
  fi
}

#define CUT(d) \
  :: d_step { cuts < CUTS && (len(up[d]) > 0 || down[d]??[true, _, _, _, _, _]) -> cuts++; cut(d) }

proctype Network() {
  byte cuts, m, g, e;
  bool isReply;
  mtype t, answer;
  do
  CUT(0)
  CUT(1)
#if DEVICES > 2
  CUT(2)
#endif
  :: break
  od
}

/* Nothing can happen any more. */
proctype End() {
  end: timeout ->
  d_step {
    i = 0;
    do
    :: i < DEVICES ->
       assert(group[i] == current && has[G(i, current)]);       /* all are in the group that the server knows */
       assert(at[G(i, current)] == epoch[current]);             /* and in its epoch */
       assert(!pending[i] && !behind[i]);                       /* nobody waits for ever */
       assert(!broken[i] || groups == GROUPS);                  /* what is broken has been replaced, within the bound */
       j = 0;
       do
       :: j < ALL ->
          assert(row[j] == UNWRITTEN || row[j] == SENT || (broken[author(j)] && groups == GROUPS));  /* what was written is sent */
          assert(row[j] != SENT || author(j) == i || seen[S(i, j)] || lost[S(i, j)]);   /* and read by all, or shows as a gap */
          assert(!lost[S(i, j)] || MAY_BE_LOST);                /* and that only where items are overtaken by more epochs than are kept */
          j++
       :: else -> break
       od;
       i++
    :: else -> break
    od
  };
  if
  :: wasStale && !broken[0] && !broken[1] && row[0] == SENT -> REACHED(1)
  :: wasOpenedPending -> REACHED(2)
  :: current != 0 && !broken[0] && !broken[1] && row[0] == SENT && wasStale -> REACHED(3)
  :: else
  fi
}

init {
  atomic {
    byte d = 0;
    do
    :: d < DEVICES -> has[G(d, 0)] = true; knows[G(d, 0)] = true; run Device(d); run User(d); run Server(d); d++
    :: else -> break
    od;
    run Network(); run End()
  }
}
