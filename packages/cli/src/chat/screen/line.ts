import { fit, widthOf } from './width.ts';

/** What a part of a line is; how that looks is decided where it is drawn. */
export type Role = 'plain' | 'quiet' | 'peer' | 'self' | 'alert' | 'mark' | 'current';

export interface Span {
  readonly text: string;
  readonly role: Role;
}

/** One row of the screen. Its text is neutralised and fits the width it was made for. */
export type Line = readonly Span[];

export function span(text: string, role: Role = 'plain'): Span {
  return { text, role };
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** As much of the line as fits. */
export function clip(line: Line, columns: number): Line {
  if (lineWidth(line) <= columns) return line;
  let room = columns;
  return line.flatMap((part) => {
    const text = room > 0 ? fit(part.text, room) : '';
    room -= text === part.text ? widthOf(text) : room;
    return text === '' ? [] : [{ ...part, text }];
  });
}
