/*
 * A sender, a server, and the devices of others, docs/protocol.md section 6: what OK means, mailboxes, positions, ACK; with any of them
 * killed, and any connection cut, at any point.
 *
 * What is abstracted away. The content, and who may send it (requests.pml, epochs.pml). A position, generation ‖ counter, is one
 * number: with the generation raised at each start it rises for ever. Mailboxes that are full or too old, and REJOIN. When a server
 * chooses not to push at once (a device is late, or has no room) is left open: it may choose so at any time.
 *
 * The disk carries out what it is told in order, one transaction after the other; what was not carried out when the server is killed is
 * lost. Connections are FIFO. A message under way to the server cannot be told from one that the sender still has to send.
 */
#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef DEVICES
#define DEVICES 1       /* that each message goes to */
#endif
#ifndef CUTS
#define CUTS 1          /* connections of devices that are cut, or devices that are killed */
#endif
#ifndef SENDER_CUTS
#define SENDER_CUTS 1
#endif
#ifndef KILLS
#define KILLS 1         /* of the server */
#endif
#ifndef REACH
#define REACH 0         /* which of the ends below shall be found reachable */
#endif
#define REACHED(n)      assert(REACH != n)

#define POSITIONS       (MESSAGES * (1 + SENDER_CUTS + KILLS) + 1)
#define P(x, p)         ((x) * POSITIONS + (p))
#define M(x, m)         ((x) * MESSAGES + (m))
#define QUEUE           24

/* The sender's disk: a message is there until it has its OK. Its connection, and what it sends there next. */
bool ok[MESSAGES];
byte connection;
byte sending;
bool replied[MESSAGES];         /* OK is under way */

/* The server's disk: 1 + the message at a position of a mailbox, 0: none. */
byte onDisk[DEVICES * POSITIONS];
/* What the disk is still to do. KEEP: write what was pushed first. APPEND: write a message for all. DELETE: up to an ACK. */
mtype = { KEEP, APPEND, DELETE, READ };
chan todo = [QUEUE] of { mtype, byte, byte, byte, byte };

/* The server's memory. */
byte last[DEVICES];             /* the position given out last */
byte held[DEVICES * POSITIONS]; /* pushed, and on no disk: 1 + the message */
byte heldFor[DEVICES * POSITIONS];      /* the sender's connection that it came from */
bool due[DEVICES];              /* what is held is being written: until nothing is left, nothing more is held */
byte appending[DEVICES];        /* writes under way behind which nothing may be pushed first */
byte unsafe[MESSAGES];          /* a bit for each device that is still to ACK it */
/* LIVE: what comes is pushed at once. PAGING: the mailbox is read. WAITING: first what is held has to be on disk. */
mtype = { OFF, WAITING, PAGING, LIVE };
mtype feed[DEVICES] = OFF;
byte cursor[DEVICES];           /* everything up to here was pushed */
chan wire[DEVICES] = [POSITIONS] of { byte, byte };     /* position, message */
byte acked[DEVICES];            /* ACK under way: its position; 0: none */

/* A device's disk. */
byte position[DEVICES];
byte stored[DEVICES * MESSAGES];        /* how often a message took effect */

/* For the assertions alone. */
bool promised[MESSAGES];        /* OK was given */
bool wasPushedFirst, wasWritten, wasKilled;

/* Scratch, no part of a state. */
hidden byte i, j, n, x, next, isSo;

/* What was answered with OK is at each device, or in its mailbox on disk. */
inline checkPromises() {
  x = 0;
  do
  :: x < DEVICES ->
     j = 0;
     do
     :: j < MESSAGES ->
        isSo = stored[M(x, j)] > 0; next = 0;
        do
        :: next < POSITIONS -> isSo = isSo || onDisk[P(x, next)] == j + 1; next++
        :: else -> break
        od;
        assert(!promised[j] || isSo);           /* what has its OK is not lost */
        j++
     :: else -> break
     od;
     x++
  :: else -> break
  od
}

inline reply(m, c) {
  if
  :: c == connection -> replied[m] = true; promised[m] = true; checkPromises()
  :: else                                       /* that connection is gone */
  fi
}

/* ------------------------------------------------------------------ the server */

/* Writes what is held for a device. */
inline write(d) {
  if
  :: !due[d] ->
     i = 0;
     do
     :: i < POSITIONS ->
        if
        :: held[P(d, i)] != 0 -> due[d] = true; todo!KEEP, d, i, held[P(d, i)], 0
        :: else
        fi;
        i++
     :: else -> break
     od
  :: else
  fi
}

inline nothingIsHeld(d) {
  isSo = true; i = 0;
  do
  :: i < POSITIONS -> isSo = isSo && held[P(d, i)] == 0; i++
  :: else -> break
  od
}

/* What is held for a device is safe up to this position; a message that is safe for all has its OK. */
inline release(d, upTo) {
  i = 0;
  do
  :: i < POSITIONS && i <= upTo ->
     if
     :: held[P(d, i)] != 0 && heldFor[P(d, i)] == connection ->
        j = held[P(d, i)] - 1;
        unsafe[j] = unsafe[j] & (255 - (1 << d));
        if
        :: unsafe[j] == 0 -> reply(j, connection)
        :: else
        fi
     :: else
     fi;
     held[P(d, i)] = 0; heldFor[P(d, i)] = 0; i++
  :: else -> break
  od;
  nothingIsHeld(d);
  if
  :: isSo ->
     due[d] = false;
     if
     :: feed[d] == WAITING -> feed[d] = PAGING; todo!READ, d, 0, 0, 0
     :: else
     fi
  :: else
  fi
}

inline nextPosition(d) {
  last[d]++;
  assert(last[d] < POSITIONS)                   /* the bound is large enough */
}

/* To devices that are all on line and keep up. */
inline pushFirst(m) {
  unsafe[m] = (1 << DEVICES) - 1; n = 0;
  do
  :: n < DEVICES ->
     nextPosition(n);
     held[P(n, last[n])] = m + 1; heldFor[P(n, last[n])] = connection;
     wire[n]!last[n], m; cursor[n] = last[n]; n++
  :: else -> break
  od;
  wasPushedFirst = true
}

/* On disk before any device is shown it, and behind what is held. */
inline append(m) {
  n = 0;
  do
  :: n < DEVICES -> write(n); nextPosition(n); appending[n]++; n++
  :: else -> break
  od;
  todo!APPEND, m, last[0], last[DEVICES - 1], connection;
  wasWritten = true
}

/* Whether a message may be pushed first. */
inline allAreLive() {
  isSo = true; i = 0;
  do
  :: i < DEVICES -> isSo = isSo && feed[i] == LIVE && appending[i] == 0 && !due[i]; i++
  :: else -> break
  od
}

/* The disk has carried out the next thing, and the server hears of it. */
inline carryOut() {
  todo?what, a, b, c, e;
  if
  :: what == KEEP -> onDisk[P(a, b)] = c; release(a, b)
  :: what == APPEND ->
     n = 0;
     do
     :: n < DEVICES ->
        next = (n == 0 -> b : c);
        onDisk[P(n, next)] = a + 1; appending[n]--;
        if
        :: feed[n] == LIVE && next > cursor[n] -> wire[n]!next, a; cursor[n] = next
        :: else
        fi;
        n++
     :: else -> break
     od;
     reply(a, e)
  :: what == DELETE ->
     i = 0;
     do
     :: i < POSITIONS && i <= b -> onDisk[P(a, i)] = 0; i++
     :: else -> break
     od;
     checkPromises()
  :: what == READ ->
     i = cursor[a] + 1;
     do
     :: feed[a] == PAGING && i < POSITIONS ->
        if
        :: onDisk[P(a, i)] != 0 -> wire[a]!i, onDisk[P(a, i)] - 1; cursor[a] = i
        :: else
        fi;
        i++
     :: else -> break
     od;
     if
     :: feed[a] == PAGING -> feed[a] = LIVE
     :: else                                    /* it has gone meanwhile */
     fi
  fi;
  what = 0; a = 0; b = 0; c = 0; e = 0
}

/* The device has stored everything up to here: what is or may be on disk is deleted. */
inline acknowledge(d, p) {
  i = 0; isSo = due[d] || appending[d] > 0;
  do
  :: i < POSITIONS -> isSo = isSo || onDisk[P(d, i)] != 0; i++
  :: else -> break
  od;
  if
  :: isSo && p > 0 -> todo!DELETE, d, p, 0, 0
  :: else
  fi
}

/* A device logs in, and names its position. */
inline attach(d) {
  cursor[d] = position[d];
  acknowledge(d, position[d]);
  nothingIsHeld(d);
  if
  :: isSo -> feed[d] = PAGING; todo!READ, d, 0, 0, 0
  :: else -> feed[d] = WAITING
  fi
}

/* The connection of a device is over. */
inline detach(d) {
  feed[d] = OFF; acked[d] = 0;
  do
  :: len(wire[d]) > 0 -> wire[d]?next, next
  :: else -> break
  od;
  write(d)
}

/* The connection of the sender is over: on the next it sends again what has no OK. */
inline loseSender() {
  connection++; sending = 0; i = 0;
  do
  :: i < MESSAGES -> replied[i] = false; unsafe[i] = 0; i++
  :: else -> break
  od
}

inline killServer() {
  do
  :: len(todo) > 0 -> todo?what, next, next, next, next
  :: else -> break
  od;
  what = 0; n = 0;
  do
  :: n < DEVICES ->
     i = 0;
     do
     :: i < POSITIONS -> held[P(n, i)] = 0; heldFor[P(n, i)] = 0; i++
     :: else -> break
     od;
     due[n] = false; appending[n] = 0; detach(n); cursor[n] = 0;
     /* last[n] stays: with the generation raised all positions are above those of before */
     n++
  :: else -> break
  od;
  loseSender();
  checkPromises();
  wasKilled = true
}

#define ACK_OF(d) \
  :: d_step { acked[d] > 0 -> acknowledge(d, acked[d]); release(d, acked[d]); acked[d] = 0 }
/* Its ACK does not come in time. */
#define LATE(d) \
  :: d_step { !due[d] && held[P(d, last[d])] != 0 -> write(d); skip }

proctype Server() {
  byte a, b, c, e;
  mtype what;
  end: do
  :: d_step {
       sending < MESSAGES && !ok[sending] ->
       allAreLive();
       if
       :: isSo -> pushFirst(sending)
       :: else -> append(sending)
       fi;
       sending++
     }
  :: d_step { sending < MESSAGES && !ok[sending] -> append(sending); sending++ }
  :: d_step { sending < MESSAGES && ok[sending] -> sending++ }
  :: d_step { len(todo) > 0 -> carryOut() }
  ACK_OF(0)
  LATE(0)
#if DEVICES > 1
  ACK_OF(1)
  LATE(1)
#endif
  od
}

/* ------------------------------------------------------------------ the devices, and what happens to them */

inline store(d, p, m) {
  if
  :: p <= position[d] -> skip                   /* brought before */
  :: else ->
     position[d] = p;
     if
     :: stored[M(d, m)] > 0 -> skip             /* the same id again */
     :: else ->
        stored[M(d, m)]++;
        assert(stored[M(d, m)] == 1);           /* a message takes effect once */
        assert(m == 0 || stored[M(d, m - 1)])   /* in the order in which it was sent */
     fi
  fi
}

proctype Device(byte d) {
  byte p, m;
  end: do
  :: d_step { feed[d] == OFF -> attach(d) }
  :: atomic { wire[d]?p, m -> store(d, p, m); acked[d] = p; p = 0; m = 0 }
  od
}

#define HEAR(m) \
  :: d_step { replied[m] -> replied[m] = false; ok[m] = true }

proctype Sender() {
  end: do
  HEAR(0)
#if MESSAGES > 1
  HEAR(1)
#endif
#if MESSAGES > 2
  HEAR(2)
#endif
  od
}

/* A device that is killed after it has stored something, and before its ACK, is one whose ACK is lost. */
#define CUT(d) \
  :: d_step { cuts < CUTS && feed[d] != OFF -> cuts++; detach(d); skip }

proctype Fate() {
  byte cuts, senderCuts, kills;
  mtype what;
  do
  CUT(0)
#if DEVICES > 1
  CUT(1)
#endif
  :: d_step { senderCuts < SENDER_CUTS && sending > 0 -> senderCuts++; loseSender(); skip }
  :: d_step { kills < KILLS -> kills++; killServer() }
  :: break
  od
}

/* Nothing can happen any more. */
proctype End() {
  end: timeout ->
  d_step {
    i = 0;
    do
    :: i < MESSAGES ->
       assert(ok[i]);                           /* the sender is done with everything */
       j = 0;
       do
       :: j < DEVICES -> assert(stored[M(j, i)] == 1); j++      /* everything has arrived */
       :: else -> break
       od;
       i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < DEVICES * POSITIONS ->
       assert(onDisk[i] == 0 && held[i] == 0);  /* the mailboxes are empty */
       i++
    :: else -> break
    od
  };
  if
  :: wasPushedFirst && !wasWritten -> REACHED(1)
  :: wasPushedFirst && wasKilled -> REACHED(2)
  :: else
  fi
}

init {
  atomic {
    byte d = 0;
    do
    :: d < DEVICES -> run Device(d); d++
    :: else -> break
    od;
    run Server(); run Sender(); run Fate(); run End()
  }
}
