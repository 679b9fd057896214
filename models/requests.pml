/*
 * Requests between two users, docs/protocol.md section 7: asking, crossing, answering, taking back, a new request in the place of the
 * one before, running out, blocking. User 0 has one device, user 1 has the others; they share one server.
 *
 * What is abstracted away. Cryptography: a statement comes from whom it says. Mailboxes: an item that is in one is taken exactly once
 * and in order (mailbox.pml shows that). Bytes: an answer is known by its kind and its device. Quotas.
 *
 * A connection is FIFO; when it is cut, the answers under way are lost and every row of the outbox is sent again, in order. A row that
 * is under way to the server cannot be told from one that is not sent yet, so a row is either unanswered, or holds the answer that is
 * under way. Answers and mailbox items come in any order to each other. A device counts days of its own: with RUNNING_OUT a request may
 * be over there at any time, before it is at the server or after, and stays known for its ACCEPT until it is replaced; else it never is.
 * That it goes in the end, when no ACCEPT can be in a mailbox any more, changes nothing and is not in here.
 *
 * Variants: BLOCKING, user 1 may block user 0; TALKING, they write, also where they may not; RUNNING_OUT.
 */
#ifndef DEVICES
#define DEVICES 2       /* of both users */
#endif
#ifndef ASKS0
#define ASKS0 1         /* requests that user 0 may make */
#endif
#ifndef ASKS1
#define ASKS1 1
#endif
#ifndef ACTS
#define ACTS 2          /* things that the user does at each device */
#endif
#ifndef CUTS
#define CUTS 1          /* connections that are cut */
#endif
#ifndef TICKS
#define TICKS 1         /* times that 14 days or 7 days are over */
#endif
#ifndef REACH
#define REACH 0         /* which of the ends below shall be found reachable */
#endif
#define REACHED(n)      assert(REACH != n)

#define NR              (ASKS0 + ASKS1)
#define from(r)         ((r) >= ASKS0)          /* the user who makes request r */
#define owner(d)        ((d) > 0)               /* the user of device d */
#define R(d, r)         ((d) * NR + (r))
#define OB              4                       /* rows of an outbox */
#define O(d, i)         ((d) * OB + (i))
#define conversationBy(d, r) (1 + R(d, r))      /* made by device d, which accepts r */

mtype = { RTT, ACCEPT, REFUSE, CANCEL, MESSAGE, BLOCK };
/* What the server answers. */
mtype = { OK, UNKNOWN, ALREADY, CROSSED, RECENTLY, NOT_MEMBER };
/*
 * A request, at the server or in the vault of a device. OPENING: its ACCEPT is in the outbox. ANSWERED: its REFUSE or CANCEL is. OVER:
 * for the user, by the days of this device.
 */
mtype = { NONE, PENDING, ACCEPTED, REFUSED, CANCELLED, ACCEPTING, OPENING, ANSWERED, OVER, SETTLED };

/* The server's disk. */
mtype state[NR] = NONE;
byte answeredBy[NR];            /* 1 + the device; 0: by nobody, another request has settled it */
bool concealed[NR];
bool expired[NR];               /* pending for 14 days */
bool recent[NR];                /* refused, less than 7 days ago */
bool blocked[2];                /* the other one, by this user */
byte conversation;              /* in which the two may talk */
chan mail[DEVICES] = [8] of { mtype, byte, byte };     /* what, request or conversation, by which device */

/* The devices' disks. */
mtype row[DEVICES * NR] = NONE;
byte conv[DEVICES];             /* the conversation that is open here */
bool blocks[DEVICES];
mtype what[DEVICES * OB];
byte about[DEVICES * OB];       /* a request, or for MESSAGE a conversation */
mtype answer[DEVICES * OB];     /* 0: none yet */
byte first[DEVICES * OB];       /* with CROSSED: the request that came first */
byte rows[DEVICES];

byte made[2];                   /* requests each user has made */
byte madeBy[NR];                /* at which device */
byte cuts;

/* What really happened, for the assertions alone. */
bool agreed[2 * NR];            /* this user asked r, or said yes to it */
byte conversations;             /* how many came about */
mtype outcome[NR] = NONE;       /* the first answer that counted */

/* Scratch, no part of a state. */
hidden byte i, j, n, other, quiet, asked, isUnseen;
hidden mtype verdict, unblocked;

inline put(d, t, a) {
  what[O(d, rows[d])] = t; about[O(d, rows[d])] = a; rows[d]++
}

/* ------------------------------------------------------------------ the server */

/* Into the mailboxes of all devices concerned but the sender's; a hidden request, and its end, to those of its sender alone. */
inline deliver(t, a, d, ownOnly) {
  i = 0;
  do
  :: i < DEVICES ->
     if
     :: i != d && (owner(i) == owner(d) || !(ownOnly)) ->
        if
        :: t == RTT && owner(i) != owner(d) ->
           assert(!blocked[owner(i)]);          /* a blocked user's request is not shown */
           j = 0;
           do
           :: j < NR ->
              assert(!(from(j) == owner(d) && state[j] == REFUSED && recent[j]));       /* nor is one within 7 days of a refusal */
              j++
           :: else -> break
           od
        :: else
        fi;
        mail[i]!t, a, d
     :: else
     fi;
     i++
  :: else -> break
  od
}

#define waits(q)        (state[q] == PENDING && !expired[q])

/* Whatever waits for an answer from this user to the other. */
inline settle(user, to) {
  i = 0;
  do
  :: i < NR ->
     if
     :: from(i) == user && waits(i) -> state[i] = to; recent[i] = (to == REFUSED)
     :: else
     fi;
     i++
  :: else -> break
  od
}

/* The order of section 7. `asIfBlocked`: whether blocks count. The answer is in `result`, of one that crosses the first in `n`. */
inline judgeRequest(r, asIfBlocked, result) {
  result = OK; n = 0; i = 0;
  do
  :: i < NR ->
     if
     :: from(i) == from(r) && state[i] == REFUSED && recent[i] -> result = RECENTLY
     :: else
     fi;
     i++
  :: else -> break
  od;
  if
  :: result == OK && conversation != 0 -> result = ALREADY
  :: else
  fi;
  i = 0;
  do
  :: i < NR && result == OK ->
     if
     :: from(i) != from(r) && waits(i) && !(concealed[i] && asIfBlocked) -> result = CROSSED; n = i
     :: else
     fi;
     i++
  :: else -> break
  od
}

inline serveRequest(d, r) {
  if
  :: state[r] != NONE -> verdict = OK           /* the same id again does nothing */
  :: else ->
     judgeRequest(r, true, verdict);
     other = n;
     judgeRequest(r, false, unblocked);
     n = other;
     /* but for what this user has concealed by a block of its own */
     assert(verdict == unblocked || blocked[owner(d)]);         /* a blocked user sees the same answers as anybody */
     if
     :: verdict == OK ->
        concealed[r] = blocked[1 - owner(d)];
        settle(owner(d), CANCELLED);
        state[r] = PENDING;
        j = 0; i = 0;
        do
        :: i < NR ->
           if
           :: from(i) == from(r) && waits(i) -> j++
           :: else
           fi;
           i++
        :: else -> break
        od;
        assert(j == 1);                         /* at most one request of a user to another is pending */
        deliver(RTT, r, d, concealed[r])
     :: else
     fi
  fi
}

/* Whether an answer may still be given: OK, or what is said instead. `same`: it is the one that was given. */
inline judgeAnswer(d, r, wanted) {
  asked = false;
  if
  :: state[r] == NONE || (concealed[r] && wanted != CANCELLED) -> verdict = UNKNOWN
  :: else ->
     if
     :: waits(r) -> verdict = OK; asked = true
     :: else ->
        if
        :: state[r] == wanted && answeredBy[r] == d + 1 -> verdict = OK
        :: else ->
           if
           :: state[r] == PENDING -> verdict = UNKNOWN
           :: state[r] == CANCELLED && (answeredBy[r] == 0 || wanted != CANCELLED) -> verdict = UNKNOWN
           :: else -> verdict = ALREADY
           fi
        fi
     fi
  fi
}

inline serveAnswer(d, r, t, wanted) {
  judgeAnswer(d, r, wanted);
  if
  :: verdict == OK && asked && wanted == ACCEPTED && conversation != 0 -> verdict = ALREADY
  :: verdict == OK && asked && !(wanted == ACCEPTED && conversation != 0) ->
     assert(outcome[r] == NONE);                /* the first answer counts */
     outcome[r] = wanted;
     if
     :: wanted == ACCEPTED ->
        assert(agreed[r] && agreed[NR + r]);    /* both have agreed to just this request */
        conversation = conversationBy(d, r);
        assert(!expired[r]);                    /* what has run out cannot be accepted */
        conversations++;
        assert(conversations == 1);             /* one conversation comes about */
        state[r] = ACCEPTED;
        settle(0, ACCEPTED); settle(1, ACCEPTED)
     :: wanted == REFUSED -> state[r] = REFUSED; recent[r] = true; settle(from(r), REFUSED)
     :: wanted == CANCELLED -> state[r] = CANCELLED
     fi;
     answeredBy[r] = d + 1;
     deliver(t, r, d, concealed[r])
  :: else
  fi
}

inline serveMessage(d, c) {
  if
  :: conversation == 0 || conversation != c -> verdict = NOT_MEMBER
  :: else ->
     verdict = OK; i = 0;
     do
     :: i < DEVICES ->
        if
        :: i != d && !(owner(i) != owner(d) && blocked[owner(i)]) -> mail[i]!MESSAGE, c, d
        :: else
        fi;
        i++
     :: else -> break
     od
  fi
}

/* The next row of a device that has no answer. */
inline serve(d, k) {
  if
  :: what[O(d, k)] == RTT -> serveRequest(d, about[O(d, k)]); first[O(d, k)] = (verdict == CROSSED -> n : 0)
  :: what[O(d, k)] == ACCEPT -> serveAnswer(d, about[O(d, k)], ACCEPT, ACCEPTED)
  :: what[O(d, k)] == REFUSE -> serveAnswer(d, about[O(d, k)], REFUSE, REFUSED)
  :: what[O(d, k)] == CANCEL -> serveAnswer(d, about[O(d, k)], CANCEL, CANCELLED)
  :: what[O(d, k)] == MESSAGE -> serveMessage(d, about[O(d, k)])
  :: what[O(d, k)] == BLOCK -> blocked[owner(d)] = true; verdict = OK
  fi;
  answer[O(d, k)] = verdict
}

#define unanswered(d, k) (rows[d] > k && answer[O(d, k)] == 0)

proctype Server(byte d) {
  end: do
  :: d_step { unanswered(d, 0) -> serve(d, 0) }
  :: d_step { unanswered(d, 1) && answer[O(d, 0)] != 0 -> serve(d, 1) }
  :: d_step { unanswered(d, 2) && answer[O(d, 1)] != 0 -> serve(d, 2) }
  :: d_step { unanswered(d, 3) && answer[O(d, 2)] != 0 -> serve(d, 3) }
  od
}

/* Only where an answer is under way can it be lost: before that a cut changes nothing. */
proctype Network(byte d) {
  do
  :: d_step {
       cuts < CUTS && rows[d] > 0 && answer[O(d, 0)] != 0 ->
       cuts++; i = 0;
       do
       :: i < OB -> answer[O(d, i)] = 0; first[O(d, i)] = 0; i++
       :: else -> break
       od;
       skip
     }
  :: break
  od
}

proctype Time() {
  byte ticks, r;
  do
  :: ticks < TICKS -> ticks++;
     if
     :: atomic { r = 0; do :: r < NR - 1 -> r++ :: break od;
        if
        :: waits(r) -> expired[r] = true
        :: state[r] == REFUSED && recent[r] -> recent[r] = false
        :: else
        fi; r = 0 }
     fi
  :: break
  od
}

/* ------------------------------------------------------------------ a device */

#define known(d, r)     (row[R(d, r)] != NONE && row[R(d, r)] != SETTLED)

inline forget(d, r) { row[R(d, r)] = SETTLED }

/* Two who may talk now have nothing left to ask. */
inline settlePair(d) {
  i = 0;
  do
  :: i < NR ->
     if
     :: row[R(d, i)] == PENDING || row[R(d, i)] == ACCEPTING || row[R(d, i)] == OVER -> forget(d, i)
     :: else
     fi;
     i++
  :: else -> break
  od
}

/* `asked`: whether this device waits for an answer to a request that was made on it. */
inline findOwn(d) {
  asked = false; i = 0;
  do
  :: i < NR ->
     if
     :: from(i) == owner(d) && madeBy[i] == d && row[R(d, i)] == PENDING -> asked = true
     :: else
     fi;
     i++
  :: else -> break
  od
}

/* The server has taken r: what is over and came by the same line before, the outbox or the mailbox, was replaced. */
inline dropReplaced(d, r) {
  i = 0;
  do
  :: i < NR ->
     if
     :: from(i) == owner(d) && row[R(d, i)] == OVER && i != r && (madeBy[r] == d -> madeBy[i] == d && i < r : madeBy[i] != d) -> forget(d, i)
     :: else
     fi;
     i++
  :: else -> break
  od
}

inline receiveRequest(d, r) {
  if
  :: row[R(d, r)] != NONE || conv[d] != 0 -> skip
  :: else ->
     if
     :: from(r) == owner(d) -> row[R(d, r)] = PENDING; dropReplaced(d, r)    /* made on a sibling device */
     :: else ->
        if
        :: blocks[d] -> skip
        :: else ->
           i = 0;
           do                                                   /* one a user in the tray */
           :: i < NR ->
              if
              :: from(i) != owner(d) && (row[R(d, i)] == PENDING || row[R(d, i)] == OVER) -> row[R(d, i)] = NONE
              :: else
              fi;
              i++
           :: else -> break
           od;
           findOwn(d);
           if
           :: asked -> row[R(d, r)] = ACCEPTING; agreed[owner(d) * NR + r] = true
           :: else -> row[R(d, r)] = PENDING                    /* shown */
           fi
        fi
     fi
  fi
}

inline receiveMail(d, t, a, by) {
  if
  :: t == RTT -> receiveRequest(d, a)
  :: t == ACCEPT ->
     assert(known(d, a));                       /* the Welcome can be joined: its request is known */
     assert(conv[d] == 0);                      /* there is none yet */
     conv[d] = conversationBy(by, a); forget(d, a); settlePair(d)
  :: t == REFUSE -> forget(d, a)
  :: t == CANCEL ->
     if
     :: !known(d, a) || (from(a) != owner(d) && (row[R(d, a)] == ANSWERED || row[R(d, a)] == OPENING)) -> skip
     :: else -> forget(d, a)
     fi
  :: t == MESSAGE ->
     /* who has accepted may get one before the OK to that */
     assert(conversation == a && (conv[d] == a || ((a - 1) / NR == d && row[a - 1] == OPENING))) /* no message reaches who has not agreed */
  fi
}

inline receiveAnswer(d) {
  j = about[O(d, 0)]; verdict = answer[O(d, 0)]; other = first[O(d, 0)];
  if
  :: what[O(d, 0)] == RTT ->
     if
     :: verdict != OK && known(d, j) ->
        if
        :: verdict == CROSSED -> n = j; receiveRequest(d, other); j = n
        :: else
        fi;
        forget(d, j)
     :: verdict == OK && known(d, j) -> dropReplaced(d, j)
     :: else
     fi
  :: what[O(d, 0)] == ACCEPT ->
     if
     :: verdict == OK ->
        assert(conv[d] == 0);                   /* there is none yet */
        conv[d] = conversationBy(d, j); forget(d, j); settlePair(d)
     :: else ->
        if
        :: verdict == ALREADY && conv[d] == 0 && known(d, j) -> row[R(d, j)] = ANSWERED     /* a sibling's Welcome is on its way */
        :: else -> forget(d, j)
        fi
     fi
  :: what[O(d, 0)] == REFUSE || what[O(d, 0)] == CANCEL ->
     if
     :: known(d, j) && verdict != ALREADY -> forget(d, j)       /* too late: it stays for the answer that counts */
     :: else
     fi
  :: else
  fi;
  i = 0;
  do
  :: i + 1 < OB ->
     what[O(d, i)] = what[O(d, i + 1)]; about[O(d, i)] = about[O(d, i + 1)];
     answer[O(d, i)] = answer[O(d, i + 1)]; first[O(d, i)] = first[O(d, i + 1)]; i++
  :: else -> break
  od;
  what[O(d, i)] = 0; about[O(d, i)] = 0; answer[O(d, i)] = 0; first[O(d, i)] = 0;
  rows[d]--
}

/* When nothing is under way all know the same. */
inline checkAgreement() {
  quiet = true; i = 0;
  do
  :: i < DEVICES ->
     if
     :: rows[i] > 0 || len(mail[i]) > 0 -> quiet = false
     :: else
     fi;
     j = 0;
     do
     :: j < NR ->
        if
        :: row[R(i, j)] == ACCEPTING -> quiet = false
        :: else
        fi;
        j++
     :: else -> break
     od;
     i++
  :: else -> break
  od;
  i = 0;
  do
  :: quiet && i < DEVICES ->
     assert(conv[i] == conversation);           /* all devices of both are in one conversation, or none is */
     j = 0;
     do
     :: j < NR ->
        assert(row[R(i, j)] != OPENING);                                /* no answer has been forgotten */
        assert(!(row[R(i, j)] == PENDING && state[j] != PENDING));      /* nobody waits for what cannot come */
        isUnseen = waits(j) && !concealed[j] && from(j) != owner(i) && !blocks[i] && row[R(i, j)] == NONE;
        assert(!isUnseen);                                              /* what can be answered is in the tray */
        j++
     :: else -> break
     od;
     i++
  :: else -> break
  od
}

#define at(k)           (k < NR -> k : 0)
#define is(d, k, s)     (k < NR && row[R(d, at(k))] == s)

/* Says no or yes to a request that is there, or takes back one of the own. */
#define ACT_ON(k) \
  :: atomic { \
       acts < ACTS && rows[d] < OB - 1 && is(d, k, PENDING) -> acts++; \
       if \
       :: from(k) == owner(d) -> row[R(d, at(k))] = ANSWERED; put(d, CANCEL, k) \
       :: from(k) != owner(d) -> row[R(d, at(k))] = ANSWERED; put(d, REFUSE, k) \
       :: from(k) != owner(d) -> row[R(d, at(k))] = ACCEPTING; agreed[owner(d) * NR + at(k)] = true \
       fi \
     }

/* By the days that this device has counted, a request of its user or to them has run out. */
#define RUN_OUT(k) \
  :: d_step { is(d, k, PENDING) -> row[R(d, at(k))] = OVER }

/* The user of a device, who may stop at any time. */
proctype User(byte d) {
  byte acts, r;
  do
  :: d_step {                                   /* asks; where the other one has asked already, that is a yes */
       acts < ACTS && rows[d] < OB && made[owner(d)] < (owner(d) -> ASKS1 : ASKS0) && conv[d] == 0 && !blocks[d] ->
       acts++; j = NR; n = 0; i = 0;
       do
       :: i < NR ->
          if
          :: from(i) != owner(d) && row[R(d, i)] == PENDING -> j = i
          :: from(i) == owner(d) && row[R(d, i)] == PENDING -> n = 1
          :: row[R(d, i)] == OPENING -> n = 1
          :: else
          fi;
          i++
       :: else -> break
       od;
       if
       :: j < NR -> row[R(d, j)] = ACCEPTING; agreed[owner(d) * NR + j] = true
       :: j == NR && n == 0 ->
          r = made[owner(d)] + owner(d) * ASKS0;
          made[owner(d)]++; madeBy[r] = d; row[R(d, r)] = PENDING; agreed[owner(d) * NR + r] = true;
          put(d, RTT, r); r = 0
       :: else
       fi
     }
  ACT_ON(0)
  ACT_ON(1)
  ACT_ON(2)
  ACT_ON(3)
#ifdef RUNNING_OUT
  RUN_OUT(0)
  RUN_OUT(1)
  RUN_OUT(2)
  RUN_OUT(3)
#endif
#ifdef BLOCKING
  :: d_step {
       acts < ACTS && !blocks[d] && rows[d] < OB - 2 && d == 1 ->
       acts++; blocks[d] = true; j = 0;
       do
       :: j < NR ->
          if
          :: from(j) == owner(d) && row[R(d, j)] == PENDING -> row[R(d, j)] = ANSWERED; put(d, CANCEL, j)
          :: from(j) != owner(d) && (row[R(d, j)] == PENDING || row[R(d, j)] == ACCEPTING) -> forget(d, j)
          :: else
          fi;
          j++
       :: else -> break
       od;
       put(d, BLOCK, 0)
     }
#endif
#ifdef TALKING
  :: d_step {           /* writes; a client that keeps to no rule also where it has no conversation, under any name */
       acts < ACTS && rows[d] < OB -> acts++; r = (conv[d] != 0 -> conv[d] : 1 + d); put(d, MESSAGE, r); r = 0
     }
#endif
  :: break
  od
}

/* Once the server has told the devices of the other user. */
#define MAKE_GROUP(k) \
  :: d_step { is(d, k, ACCEPTING) && rows[d] < OB -> row[R(d, at(k))] = OPENING; put(d, ACCEPT, k) }

proctype Device(byte d) {
  byte a, by;
  mtype t;
  end: do
  :: d_step { rows[d] > 0 && answer[O(d, 0)] != 0 -> receiveAnswer(d); checkAgreement(); skip }
  :: d_step { nempty(mail[d]) -> mail[d]?t, a, by; receiveMail(d, t, a, by); t = 0; a = 0; by = 0; checkAgreement(); skip }
  MAKE_GROUP(0)
  MAKE_GROUP(1)
  MAKE_GROUP(2)
  MAKE_GROUP(3)
  od
}

/* Nothing can happen any more. */
proctype End() {
  end: timeout ->
  d_step {
    checkAgreement();
    assert(quiet)                               /* nobody is stuck */
  };
  if
  :: conversation != 0 -> REACHED(1)
  :: conversation == 0 && outcome[0] == REFUSED -> REACHED(2)
  :: conversation != 0 && made[0] > 0 && made[1] > 0 -> REACHED(3)
  :: conversation != 0 && expired[0] -> REACHED(4)
  :: else
  fi
}

init {
  atomic {
    byte d = 0;
    do
    :: d < DEVICES -> run User(d); run Device(d); run Server(d); run Network(d); d++
    :: else -> break
    od;
    run Time(); run End()
  }
}
