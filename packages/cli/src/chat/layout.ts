import type { HistoryEntry } from '@parley/client';
import { describeEntry } from './describe.ts';
import { entryLines, noticeLines } from './screen/entry-lines.ts';
import { plainText } from './screen/line.ts';

/** What is taken for the width of a terminal that does not say it. */
const USUAL_COLUMNS = 80;

/** How the plain client makes rows of what it prints. */
export interface Layout {
  /** A line for people, neutralised. */
  notice(line: string): string[];
  entry(entry: HistoryEntry): string[];
}

/** Where lines may be as long as they are: in a pipe. */
export const AS_LINES: Layout = { notice: (line) => [line], entry: describeEntry };

/**
 * On a terminal: what it would itself wrap, to its first column, could look like another's line there. So nothing is left to it to wrap,
 * and no row of a message but its first begins where a name would.
 */
export function asRows(self: string, terminal: Pick<NodeJS.WriteStream, 'columns'>): Layout {
  const columns = (): number => Math.max(1, (terminal.columns || USUAL_COLUMNS) - 1);
  return {
    notice: (line) => noticeLines(line, columns()).map(plainText),
    entry: (entry) => entryLines(entry, self, columns()).map(plainText),
  };
}
