import type { Experience } from '../support/flood/honest-users.ts';
import { Latencies } from '../support/latencies.ts';

/** Waits of a message shorter than this are of a busy machine as much as of the server: they are in the counts, and nothing is made of them. */
export const FLOOR_MS = 10;

/**
 * - maxRatioPercent: of the p99 of messages under a flood to that of the calm around it;
 * - maxLoginMs: for the p99 of logins. One that comes behind a burst of handshakes waits for them, so it has no ratio to hold.
 *
 * 0: not judged by time.
 */
export type Bounds = Readonly<Record<'maxRatioPercent' | 'maxLoginMs', number>>;

/** What a flood was to honest users, beside the calm before and after it. */
export function judgeFlood(
  during: Experience,
  calm: readonly Experience[],
  { maxRatioPercent, maxLoginMs }: Bounds,
): { counts: Record<string, number>; problems: string[] } {
  const { messages, logins } = during;
  const base = new Latencies(calm.flatMap((each) => each.messages.all));
  const baseLogins = new Latencies(calm.flatMap((each) => each.logins.all));
  const counts: Record<string, number> = { messages: messages.count, logins: logins.count };
  // What nobody did has taken no time: that must not look like a good one.
  const missing = Object.entries({ messages, logins, 'messages in the calm': base, 'logins in the calm': baseLogins })
    .filter(([, { count }]) => count === 0)
    .map(([what]) => `no ${what}`);
  if (missing.length > 0) return { counts, problems: missing };

  const [p99Ms, loginP99Ms] = [messages.percentile(99), logins.percentile(99)];
  const percent = Math.round((100 * p99Ms) / base.percentile(99));
  counts['p99 of messages, ms'] = Math.round(p99Ms);
  counts['p99 of messages, percent of the calm'] = percent;
  counts['p50 of logins, ms'] = Math.round(logins.percentile(50));
  counts['p99 of logins, ms'] = Math.round(loginP99Ms);
  counts['p99 of logins in the calm, ms'] = Math.round(baseLogins.percentile(99));
  const problems: string[] = [];
  if (maxRatioPercent > 0 && p99Ms > FLOOR_MS && percent > maxRatioPercent) {
    problems.push(`${p99Ms.toFixed(1)} ms p99 of messages, ${percent} % of the calm before and after`);
  }
  if (maxLoginMs > 0 && loginP99Ms > maxLoginMs) problems.push(`${loginP99Ms.toFixed(0)} ms p99 of logins`);
  return { counts, problems };
}
