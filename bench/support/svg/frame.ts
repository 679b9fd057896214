import { figureText } from '../table.ts';
import type { Axis } from './axis.ts';
import { element, text } from './element.ts';

export const WIDTH = 760;
export const HEIGHT = 380;
/** The rectangle of the values; around it stand title, legend, labels. */
export const PLOT = { left: 90, right: WIDTH - 24, top: 70, bottom: HEIGHT - 64 } as const;

/** Told apart by brightness too (Okabe and Ito). */
export const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#555555'] as const;

export function colourOf(series: number): string {
  return COLOURS[series % COLOURS.length] as string;
}

/** Title, legend, and the vertical axis with its lines. */
export function frame(title: string, label: string, series: readonly string[], y: Axis): string[] {
  const middle = (PLOT.top + PLOT.bottom) / 2;
  const parts = [
    text(WIDTH / 2, 24, title, { size: 15, anchor: 'middle', weight: 'bold' }),
    text(22, middle, label, { anchor: 'middle', turned: -90 }),
  ];
  for (const tick of y.ticks) {
    const at = y.at(tick) ?? PLOT.bottom;
    parts.push(element('line', { x1: PLOT.left, x2: PLOT.right, y1: at, y2: at, stroke: '#ddd' }));
    parts.push(text(PLOT.left - 8, at + 4, short(tick), { size: 11, anchor: 'end' }));
  }
  if (series.length > 1) {
    const width = (PLOT.right - PLOT.left) / series.length;
    for (const [index, name] of series.entries()) {
      const x = PLOT.left + index * width;
      parts.push(element('rect', { x, y: 40, width: 12, height: 12, fill: colourOf(index) }), text(x + 17, 50, name));
    }
  }
  return parts;
}

/** A figure with as many digits as it takes to tell it from others of its size. */
export function short(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return figureText(value, Math.min(digits, 6))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
