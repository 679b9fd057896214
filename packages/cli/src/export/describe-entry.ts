import type { HistoryEntry } from '@parley/client';
import { neutralize, neutralizeLines } from '../sanitize.ts';

/** What is to be seen of a message of one's own that has no OK. */
const MARKS = { sent: '', waiting: ' (waits to be sent)', refused: ' (was not sent)' } as const;
/** As wide as a time. */
const UNKNOWN_TIME = 'at an unknown time'.padEnd(new Date(0).toISOString().length);

export function heading(peer: string, isFirst: boolean): string {
  return `${isFirst ? '' : '\n'}Conversation with ${neutralize(peer)}\n\n`;
}

/** Lines for people. Whatever others wrote is neutralised; each line of a text is marked as its author's. */
export function describeEntry(entry: HistoryEntry): string[] {
  const time = isoTime(entry.at);
  const from = neutralize(entry.from);
  const mark = entry.state === undefined ? '' : MARKS[entry.state];
  switch (entry.kind) {
    case 'gap':
      return [`${time} [Something that ${from} has sent is missing here.]`];
    case 'unknown':
      return [`${time} [${from} sent something that this version cannot show.]${mark}`];
    case 'text': {
      const [first = '', ...more] = neutralizeLines(entry.text);
      return [`${time} ${from}${mark}: ${first}`, ...more.map((line) => `${' '.repeat(time.length)} ${from}${mark}: ${line}`)];
    }
  }
}

/** The fields of one line with `--json`: a contract (docs/cli.md, "History"). */
export function entryFields(entry: HistoryEntry): object {
  const { conversation, id, kind, from, at, state } = entry;
  return { conversation, id, kind, from, at, ...(entry.kind === 'text' && { text: entry.text }), ...(state && { state }) };
}

/** Of a time that another device claims. */
function isoTime(unixMs: number): string {
  const time = new Date(unixMs);
  return Number.isNaN(time.getTime()) ? UNKNOWN_TIME : time.toISOString();
}
