/** Lines of a QR code in half blocks, at least: the smallest code is 21 modules high. */
const QR_LINES = 10;
/** What a line of it has in block characters, at least. No progress bar or scroll bar is so high and so wide. */
const QR_BLOCKS = 8;
const BLOCK = /[█▀▄]/g;

/** In this order: a port looks like a group of a safety number. */
const REPLACEMENTS: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  // The groups of a safety number, on however many lines it stands.
  [/(?<![\w.])\d{5}(?!\w|\.\d)/g, '12345'],
  [/(?<=localhost:)\d{5}(?!\d)/g, '10000'],
  [/(?<![\w:.])([01]\d|2[0-3]):[0-5]\d(?!\w|[:.]\d)/g, '12:34'],
  [/(?<![\w:.])([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?!\w|[:.]\d)/g, '12:34:56'],
  [/(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])/g, '2026-01-23'],
  // Of a temporary folder.
  [/(?<=\/parley-[a-z0-9]+-)\w{6}/g, 'abcdef'],
  [/(?<=\b(?:parley|version|v) ?)\d+\.\d+\.\d+\b/gi, (version) => version.replace(/\d/g, '0')],
];

/** A screen in which everything that differs from run to run, or from version to version, is replaced by something as wide. */
export function steady(screen: string): string {
  let replaced = screen;
  for (const [pattern, replacement] of REPLACEMENTS) {
    replaced = replaced.replace(pattern, (found) => (typeof replacement === 'string' ? replacement : replacement(found)));
  }
  return withoutQrCodes(replaced);
}

/** A QR code keeps its place and its size. */
function withoutQrCodes(screen: string): string {
  const lines = screen.split('\n');
  for (let from = 0; from < lines.length; from += 1) {
    let to = from;
    while (to < lines.length && (lines[to]?.match(BLOCK)?.length ?? 0) >= QR_BLOCKS) to += 1;
    if (to - from < QR_LINES) continue;
    const code = lines.slice(from, to);
    const left = Math.min(...code.map((line) => line.search(/[█▀▄]/)));
    const right = Math.max(...code.map((line) => line.search(/[█▀▄][^█▀▄]*$/) + 1));
    for (const [index, line] of code.entries()) {
      lines[from + index] = line.slice(0, left) + '▒'.repeat(right - left) + line.slice(right);
    }
    from = to;
  }
  return lines.join('\n');
}
