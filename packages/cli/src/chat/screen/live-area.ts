import type { ChatState } from '@parley/client';
import { neutralize } from '../../sanitize.ts';
import { inputRows } from './input-rows.ts';
import { clip, type Line, lineWidth, span } from './line.ts';
import type { Window } from './looking-back.ts';
import { sidebar } from './sidebar.ts';
import { statusLine } from './status.ts';
import { requestLines, waitingLines } from './tray.ts';
import type { Typing } from './typing.ts';
import { fit, widthOf } from './width.ts';

const MAX_INPUT_ROWS = 8;
/** So that the terminal never has to scroll to draw it. */
const SPARE_ROWS = 1;
/** Between the sidebar and what is beside it. */
const EDGE = '│ ';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is drawn again and again below the scrollback: rows, and where in them the cursor stands. */
export interface LiveArea {
  readonly lines: readonly Line[];
  readonly cursor: { readonly x: number; readonly y: number };
}

/** Rows of a terminal that looking back has for itself. */
export function windowRows({ rows }: Size): number {
  return Math.max(1, rows - SPARE_ROWS - 3);
}

/** @param window a part of what was said before, where that is looked at */
export function liveArea(state: ChatState, typing: Typing, size: Size, window: Window | undefined): LiveArea {
  const maxRows = Math.max(2, size.rows - SPARE_ROWS);
  // A row that fills the last column is one that breaks when the terminal becomes narrower.
  const columns = Math.max(1, size.columns - 1);
  const left = window === undefined ? sidebar(state, size.columns) : { lines: [], width: 0 };
  const width = Math.max(1, columns - left.width);
  const prompt = promptOf(state, width);
  const promptWidth = widthOf(prompt);
  const roomForInput = Math.max(1, Math.min(MAX_INPUT_ROWS, maxRows - 1, window === undefined ? maxRows : 1));
  const input = inputRows(typing.draft, Math.max(1, width - promptWidth), roomForInput);
  const margin = ' '.repeat(promptWidth);
  const typed: Line[] = input.rows.map((row, i) => [span(i === 0 ? prompt : margin, 'current'), span(row)]);
  const roomAbove = maxRows - typed.length - 1;
  const above = window === undefined ? trays(state, typing, width, roomAbove) : windowLines(window, width);
  const right: Line[] = [...last(above, roomAbove), ...typed, statusLine(state, width, left.width > 0)];
  const lines = last(beside(left.lines, left.width, right), maxRows);
  const firstOfInput = lines.length - 1 - typed.length;
  return {
    lines: lines.map((line) => clip(line, columns)),
    cursor: { x: left.width + promptWidth + input.cursor.x, y: firstOfInput + input.cursor.y },
  };
}

function promptOf({ current }: ChatState, columns: number): string {
  return current === undefined ? '> ' : `${fit(neutralize(current.peer), Math.max(4, Math.floor(columns / 3)))}> `;
}

function trays(state: ChatState, typing: Typing, columns: number, maxRows: number): Line[] {
  const choices = typing.choices.length === 0 ? [] : [[span(fit(typing.choices.join('  '), columns), 'quiet')]];
  const others = [...waitingLines(state, columns), ...choices];
  return [...requestLines(state, columns, maxRows - others.length), ...others];
}

function windowLines({ lines, fromEnd }: Window, columns: number): Line[] {
  return [...lines, [span(fit(`── ${fromEnd} rows back: PgUp, PgDn, Esc ──`, columns), 'alert')]];
}

/** Two columns of rows, level at the bottom. */
function beside(left: readonly Line[], leftWidth: number, right: readonly Line[]): Line[] {
  if (leftWidth === 0) return [...right];
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, row) => {
    const [l, r] = [left[row - (height - left.length)] ?? [], right[row - (height - right.length)] ?? []];
    return [...l, span(`${' '.repeat(leftWidth - lineWidth(l) - EDGE.length)}${EDGE}`, 'quiet'), ...r];
  });
}

function last(lines: readonly Line[], count: number): readonly Line[] {
  return lines.slice(Math.max(0, lines.length - Math.max(0, count)));
}
