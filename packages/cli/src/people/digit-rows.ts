/** Two rows, which fit on a terminal of 40 columns. */
const GROUPS_A_ROW = 6;

/** The digits of a safety number, group by group. */
export function digitRows(safetyNumber: string): string[] {
  const groups = safetyNumber.split(' ');
  return Array.from({ length: Math.ceil(groups.length / GROUPS_A_ROW) }, (_, row) =>
    groups.slice(row * GROUPS_A_ROW, (row + 1) * GROUPS_A_ROW).join(' '),
  );
}
