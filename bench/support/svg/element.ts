/** One element of SVG, with text that is escaped or elements that are so already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly string[] = [],
): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(attributeText(value))}"`);
  const inside = typeof content === 'string' ? escaped(content) : content.join('\n');
  return inside === '' ? `<${name}${pairs.join('')}/>` : `<${name}${pairs.join('')}>${inside}</${name}>`;
}

export interface TextOptions {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'normal' | 'bold';
  /** Degrees, around where it stands. */
  readonly turned?: number;
}

export function text(
  x: number,
  y: number,
  words: string,
  { size = 12, anchor = 'start', weight = 'normal', turned }: TextOptions = {},
): string {
  const transform = turned === undefined ? {} : { transform: `rotate(${turned} ${attributeText(x)} ${attributeText(y)})` };
  return element(
    'text',
    { x, y, 'font-size': size, 'font-weight': weight, 'text-anchor': anchor, fill: '#222', ...transform },
    words,
  );
}

function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(2))) : value;
}

/** XML 1.0 has no place for control characters at all. */
function escaped(words: string): string {
  return words
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
