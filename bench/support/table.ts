/** One measurement: what `--json` prints as a line. A figure that there is none of is `null`. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** How people see one field of the rows. */
export interface Column {
  readonly field: string;
  /** With the unit. */
  readonly title: string;
  /** After the decimal point; 0 where this is left out. */
  readonly digits?: number;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const NOTHING = '–';

/** A table in columns: words begin where their title does, figures end where it does. */
export function tableText({ title, columns, rows }: Table): string {
  const cells = columns.map((column) => {
    const texts = [column.title, ...rows.map((row) => cellText(row[column.field], column.digits ?? 0))];
    const width = Math.max(...texts.map(({ length }) => length));
    const isFigure = rows.some((row) => typeof row[column.field] === 'number');
    return texts.map((text) => (isFigure ? text.padStart(width) : text.padEnd(width)));
  });
  const lines = Array.from({ length: rows.length + 1 }, (_, line) =>
    cells
      .map((column) => column[line])
      .join('  ')
      .trimEnd(),
  );
  return [title, '', ...lines].join('\n');
}

function cellText(value: Row[string] | undefined, digits: number): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : figureText(value, digits);
}

/** A figure as all tables and pictures have it. */
export function figureText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
