import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonLine } from '../../bench/support/json.ts';
import { median, quantile, ratio } from '../../bench/support/statistics.ts';
import type { Chart } from '../../bench/support/svg/chart.ts';
import { svgDocument } from '../../bench/support/svg/document.ts';
import { tableText } from '../../bench/support/table.ts';

const BARS: Chart = {
  kind: 'bars',
  title: 'a <b> & "c"\u0007',
  y: { label: 'µs', scale: 'logarithmic' },
  series: ['one', 'two'],
  groups: [
    { name: 'first', values: [1, 1_000] },
    { name: 'second', values: [null, 0] },
    { name: 'third', values: [-3, Number.NaN] },
  ],
};

const LINES: Chart = {
  kind: 'lines',
  title: 'growth',
  x: { label: 'connections', scale: 'logarithmic' },
  y: { label: 'MB' },
  series: [
    {
      name: 'server',
      points: [
        [40, 3.2],
        [1_000, null],
        [10_000, 4],
      ],
    },
  ],
};

describe('a table', () => {
  it('begins words where their title does, and ends figures where it does', () => {
    const columns = [
      { field: 'server', title: 'server' },
      { field: 'us', title: 'µs', digits: 2 },
      { field: 'met', title: 'met' },
    ];
    const rows = [
      { server: 'parley', us: 3.456, met: true },
      { server: 'a longer name', us: 12_345, met: false },
      { server: 'none', us: null, met: null },
    ];
    assert.deepEqual(tableText({ title: 'Title', columns, rows }).split('\n'), [
      'Title',
      '',
      'server                µs  met',
      'parley              3.46  yes',
      'a longer name  12,345.00  no',
      'none                   –  –',
    ]);
  });
});

describe('a line of --json', () => {
  it('is one object with rounded figures, and null for what is none', () => {
    const line = jsonLine({ server: 'parley', case: 'idle', cpu_us: null, per_s: 1.23456, p50_ms: Number.NaN, kb: 25 });
    assert.equal(line, '{"server":"parley","case":"idle","cpu_us":null,"per_s":1.235,"p50_ms":null,"kb":25}');
  });
});

describe('a picture', () => {
  for (const [name, chart] of [
    ['bars', BARS],
    ['lines', LINES],
    ['bars without any', { ...BARS, groups: [] }],
    ['lines without any', { ...LINES, series: [] }],
  ] as const) {
    it(`of ${name} is well-formed, and holds figures only where there are any`, () => {
      const picture = svgDocument([chart]);
      assert.deepEqual(unbalanced(picture), []);
      assert.doesNotMatch(picture, /NaN|Infinity|undefined|height="-/);
    });
  }

  it('escapes text, and leaves out what XML has no place for', () => {
    assert.match(svgDocument([BARS]), />a &lt;b&gt; &amp; &quot;c&quot; <\/text>/);
  });

  it('brings its own background, and is as high as its charts are', () => {
    const picture = svgDocument([BARS, LINES]);
    assert.match(
      picture,
      /^<svg [^>]*viewBox="0 0 760 760"[^>]*><title>[^<]+<\/title>\n<rect width="760" height="760" fill="#fff"\/>/,
    );
  });
});

describe('statistics', () => {
  it('find the middle and the rest', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(quantile([1, 2, 3, 4], 0.99), 4);
    assert.ok(Number.isNaN(median([])));
  });

  it('have no ratio to nothing', () => {
    assert.equal(ratio(6, 3), 2);
    assert.equal(ratio(null, 3), null);
    assert.equal(ratio(6, 0), null);
  });
});

/** What is not the tag that it should be: names of elements have to close in the order in which they opened. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const rest = xml.replaceAll(
    /<(\/?)([a-z]+)((?: [a-z0-9-]+="[^"<>]*")*)(\/?)>/gi,
    (_, close: string, name: string, __, empty: string) => {
      if (close !== '') {
        if (open.pop() !== name) wrong.push(`</${name}>`);
      } else if (empty === '') open.push(name);
      return '';
    },
  );
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(rest)) wrong.push(rest);
  return [...wrong, ...open];
}
