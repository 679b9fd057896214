import { bars } from './bars.ts';
import type { Chart } from './chart.ts';
import { element } from './element.ts';
import { HEIGHT, WIDTH } from './frame.ts';
import { lines } from './lines.ts';

/** A picture of all charts, one below the other. It brings its own background, so that it can be read on any. */
export function svgDocument(charts: readonly Chart[]): string {
  const height = HEIGHT * charts.length;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    'font-family': 'system-ui, sans-serif',
  };
  const drawn = charts.map((chart, index) =>
    element('g', { transform: `translate(0 ${index * HEIGHT})` }, chart.kind === 'bars' ? bars(chart) : lines(chart)),
  );
  const title = element('title', {}, charts.map((chart) => chart.title).join('; '));
  return `${element('svg', attributes, [title, element('rect', { width: WIDTH, height, fill: '#fff' }), ...drawn])}\n`;
}
