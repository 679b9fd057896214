import type { DatabaseSync } from 'node:sqlite';
import { equalBytes } from '@parley/protocol';
import type { AcceptedRequest, MailboxLimits, RequestStep } from '../entries.ts';
import type { Handlers } from './calls.ts';
import { createConversation } from './conversations.ts';
import { fitsInteger } from './integers.ts';
import { deliverToUsers } from './mailbox-writer.ts';
import { findBlock, findStanding, pair } from './pairs.ts';
import { replacements } from './replacements.ts';
import { requests, type StoredRequest } from './requests.ts';
import { REPLACED, sessionFence } from './sessions.ts';
import { prepare } from './statement.ts';

type ConsentHandlers = Pick<
  Handlers,
  'openRequest' | 'acceptRequest' | 'refuseRequest' | 'cancelRequest' | 'replaceConversation' | 'findRequest'
>;
type Answered = 'accepted' | 'refused' | 'cancelled';
type Verdict =
  | { readonly request: StoredRequest }
  | 'duplicate'
  | { refused: 'replaced' }
  | { refused: 'unknown_request' | 'already_answered' };

/**
 * The life of a request, docs/protocol.md "Consent": pending, then accepted, refused, cancelled or expired. First answer wins.
 */
export function consent(db: DatabaseSync, limits: MailboxLimits): ConsentHandlers {
  const fence = sessionFence(db);
  const stored = requests(db);
  const mayTalk = findStanding(db);
  const replaced = replacements(db);
  const blocked = findBlock(db);
  const deliver = deliverToUsers(db, limits);
  const create = createConversation(db);
  const findUser = prepare<[string]>(db, 'SELECT 1 FROM users WHERE username = ?');
  const findListed = prepare<[string, string, string], { username: string }>(
    db,
    'SELECT username FROM devices WHERE key = ? AND username IN (?, ?)',
  );
  const insertConsent = prepare<[string, string, number]>(
    db,
    'INSERT OR IGNORE INTO consents (low, high, since_ms) VALUES (?, ?, ?)',
  );
  const findParties = prepare<[Uint8Array], { sender: string; recipient: string; hidden: number }>(
    db,
    'SELECT sender, recipient, hidden FROM requests WHERE request_id = ?',
  );

  /** Whether an answer may still be given. Who was never shown a request learns nothing about it. */
  function judge(answer: RequestStep, wanted: Answered): Verdict {
    const device = fence(answer.by);
    if (device === undefined) return REPLACED;
    const { from, to, requestId, sha256, nowMs } = answer;
    const request = stored.find(requestId, nowMs);
    const [sender, recipient] = wanted === 'cancelled' ? [from, to] : [to, from];
    if (device.username !== from || request?.sender !== sender || request.recipient !== recipient) {
      return { refused: 'unknown_request' };
    }
    if (request.hidden && wanted !== 'cancelled') return { refused: 'unknown_request' };

    if (request.state === 'pending') return { request };
    const { answerSha256 } = request;
    if (request.state === wanted && answerSha256 !== null && equalBytes(answerSha256, sha256)) return 'duplicate';
    const isReplaced = request.state === 'cancelled' && answerSha256 === null;
    const isWithdrawn = isReplaced || (request.state === 'cancelled' && wanted !== 'cancelled');
    return { refused: request.state === 'expired' || isWithdrawn ? 'unknown_request' : 'already_answered' };
  }

  function membersAreRight({ by, from, to, members }: AcceptedRequest): boolean {
    const users = members.map((member) => findListed.get(member, from, to)?.username);
    return (
      new Set(members).size === members.length && !users.includes(undefined) && users.includes(to) && members.includes(by.device)
    );
  }

  return {
    openRequest({ by, requestId, from, to, body, sha256, nowMs, deliveries }) {
      const device = fence(by);
      if (device === undefined) return REPLACED;
      if (device.username !== from || from === to) return { refused: 'malformed' };
      const before = stored.find(requestId, nowMs);
      if (before !== undefined) {
        const same = before.sender === from && before.recipient === to && equalBytes(before.bodySha256, sha256);
        return same ? 'duplicate' : { refused: 'malformed' };
      }

      if (findUser.get(to) === undefined) return { refused: 'unknown_user' };
      if (stored.refusedRecently(from, to, nowMs)) return { refused: 'refused_recently' };
      if (stored.exceedsQuota(from, to, nowMs)) return { refused: 'quota_exceeded' };
      if (mayTalk(from, to)) return { refused: 'already_answered' };
      const first = stored.crossing(from, to, nowMs);
      if (first !== undefined) return { refused: 'crossed', first };

      const hidden = blocked(to, from);
      stored.settle('cancelled', from, to, nowMs);
      stored.insert({ requestId, sender: from, recipient: to, hidden, body, bodySha256: sha256, nowMs });
      for (const delivery of deliveries) deliver(delivery, from, hidden ? from : to);
      return hidden ? 'hidden' : 'ok';
    },

    acceptRequest(answer) {
      const verdict = judge(answer, 'accepted');
      if (verdict === 'duplicate' || 'refused' in verdict) return verdict;
      const { requestId, from, to, conversation, suite, epoch, members, deliveries, nowMs } = answer;
      // Nothing is pending between two users who may talk, unless the clock was put back.
      if (mayTalk(from, to)) return { refused: 'already_answered' };
      if (!fitsInteger(epoch) || !membersAreRight(answer)) return { refused: 'malformed' };
      const old = replaced.current(from, to);
      if (!create({ conversation, suite, epoch, users: [from, to], members })) return { refused: 'malformed' };

      // One that nobody at one end can read any more: it must not be replaced beside this one.
      if (old !== undefined) replaced.mark(old.id, answer.sha256, answer);
      insertConsent.run(...pair(from, to), nowMs);
      stored.answer(requestId, 'accepted', answer.sha256, nowMs);
      stored.settle('accepted', from, to, nowMs);
      stored.settle('accepted', to, from, nowMs);
      for (const delivery of deliveries) deliver(delivery, from, to);
      return 'ok';
    },

    refuseRequest(answer) {
      const verdict = judge(answer, 'refused');
      if (verdict === 'duplicate' || 'refused' in verdict) return verdict;
      const { requestId, from, to, nowMs, deliveries } = answer;
      stored.answer(requestId, 'refused', answer.sha256, nowMs);
      stored.settle('refused', to, from, nowMs);
      for (const delivery of deliveries) deliver(delivery, from, to);
      return 'ok';
    },

    cancelRequest(answer) {
      const verdict = judge(answer, 'cancelled');
      if (verdict === 'duplicate' || 'refused' in verdict) return verdict;
      const { requestId, from, to, nowMs, deliveries } = answer;
      stored.answer(requestId, 'cancelled', answer.sha256, nowMs);
      for (const delivery of deliveries) deliver(delivery, from, verdict.request.hidden ? from : to);
      return 'ok';
    },

    replaceConversation(replacement) {
      const { by, requestId, from, to, sha256, conversation, suite, epoch, members, deliveries, nowMs } = replacement;
      const device = fence(by);
      if (device === undefined) return REPLACED;
      const old = replaced.find(requestId);
      if (old === undefined) return { refused: 'unknown_conversation' };
      if (device.username !== from || !replaced.isOf(old.id, from, to)) return { refused: 'not_member' };
      if (old.sha256 !== null) {
        const winner = replaced.current(from, to)?.conversation ?? requestId;
        return equalBytes(old.sha256, sha256) ? 'duplicate' : { refused: 'stale_epoch', winner };
      }
      const retryAfterMs = replaced.waitMs(from, to, nowMs);
      if (retryAfterMs > 0) return { refused: 'rate_limited', retryAfterMs };
      if (!fitsInteger(epoch) || !membersAreRight(replacement)) return { refused: 'malformed' };
      if (!create({ conversation, suite, epoch, users: [from, to], members })) return { refused: 'malformed' };

      replaced.mark(old.id, sha256, replacement);
      stored.settle('accepted', from, to, nowMs);
      stored.settle('accepted', to, from, nowMs);
      for (const delivery of deliveries) deliver(delivery, from, to);
      return 'ok';
    },

    findRequest(requestId) {
      const found = findParties.get(requestId);
      return found && { from: found.sender, to: found.recipient, hidden: found.hidden !== 0 };
    },
  };
}
