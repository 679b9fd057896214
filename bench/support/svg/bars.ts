import { axisFor } from './axis.ts';
import type { BarChart } from './chart.ts';
import { element, text } from './element.ts';
import { colourOf, frame, PLOT, short } from './frame.ts';

/** Of a group's width, what its bars take. */
const FILLED = 0.75;
/** The lowest bar on a logarithmic axis is so much of its value high, so that it is to be seen. */
const LEAST = 0.2;

export function bars({ title, y: { label, scale = 'linear' }, series, groups }: BarChart): string[] {
  const values = groups.flatMap((group) => group.values.filter((value) => value !== null));
  const foot = values.map((value) => value * (1 - LEAST));
  const y = axisFor([...values, ...foot], scale, PLOT.bottom, PLOT.top);
  const groupWidth = (PLOT.right - PLOT.left) / Math.max(1, groups.length);
  const barWidth = Math.min(70, (groupWidth * FILLED) / Math.max(1, series.length));
  const parts = frame(title, label, series, y);
  for (const [index, group] of groups.entries()) {
    const middle = PLOT.left + (index + 0.5) * groupWidth;
    parts.push(text(middle, PLOT.bottom + 20, group.name, { anchor: 'middle' }));
    for (const [bar, value] of group.values.entries()) {
      const top = value === null ? undefined : y.at(value);
      if (value === null || top === undefined) continue;
      const x = middle + (bar - group.values.length / 2) * barWidth;
      parts.push(element('rect', { x, y: top, width: barWidth - 2, height: PLOT.bottom - top, fill: colourOf(bar) }));
      parts.push(text(x + barWidth / 2 - 1, top - 4, short(value), { size: 11, anchor: 'middle' }));
    }
  }
  parts.push(element('line', { x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom, stroke: '#222' }));
  return parts;
}
