import { plainText } from './line.ts';
import type { LiveArea } from './live-area.ts';
import { widthOf } from './width.ts';

/**
 * A terminal that becomes narrower breaks the rows that are on it; the cursor stays at its character.
 * @returns how many rows more there are above it then
 */
export function rowsAdded({ lines, cursor }: LiveArea, columns: number): number {
  const above = lines.slice(0, cursor.y).map((line) => widthOf(plainText(line).trimEnd()));
  return above.reduce((sum, width) => sum + Math.max(0, Math.ceil(width / columns) - 1), Math.floor(cursor.x / columns));
}
