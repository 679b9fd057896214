import { axisFor } from './axis.ts';
import type { LineChart } from './chart.ts';
import { element, text } from './element.ts';
import { colourOf, frame, PLOT, short } from './frame.ts';

/** More points than this are a line without dots. */
const MOST_DOTS = 40;

export function lines({ title, x: xAxis, y: yAxis, series }: LineChart): string[] {
  const points = series.flatMap((one) => one.points);
  const x = axisFor(
    points.map(([value]) => value),
    xAxis.scale ?? 'linear',
    PLOT.left,
    PLOT.right,
  );
  const y = axisFor(
    points.flatMap(([, value]) => (value === null ? [] : [value])),
    yAxis.scale ?? 'linear',
    PLOT.bottom,
    PLOT.top,
  );
  const names = series.map(({ name }) => name);
  const parts = frame(title, yAxis.label, names, y);
  for (const tick of x.ticks) {
    const at = x.at(tick) ?? PLOT.left;
    parts.push(element('line', { x1: at, x2: at, y1: PLOT.bottom, y2: PLOT.bottom + 5, stroke: '#222' }));
    parts.push(text(at, PLOT.bottom + 20, short(tick), { size: 11, anchor: 'middle' }));
  }
  parts.push(text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 46, xAxis.label, { anchor: 'middle' }));
  for (const [index, one] of series.entries()) {
    const places = one.points.flatMap(([at, value]) => {
      const place = [x.at(at), value === null ? undefined : y.at(value)] as const;
      return place[0] === undefined || place[1] === undefined ? [] : [[place[0], place[1]] as const];
    });
    const path = places.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ');
    parts.push(element('polyline', { points: path, fill: 'none', stroke: colourOf(index), 'stroke-width': 2 }));
    if (places.length > MOST_DOTS) continue;
    for (const [left, top] of places) parts.push(element('circle', { cx: left, cy: top, r: 3.5, fill: colourOf(index) }));
  }
  parts.push(element('line', { x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom, stroke: '#222' }));
  return parts;
}
